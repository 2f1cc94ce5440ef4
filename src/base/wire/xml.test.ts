import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  childOf,
  childrenOf,
  element,
  escapeXml,
  expectElement,
  optionalElement,
  parseXml,
  requiredTextOf,
  textOf,
  XmlError,
  xmlDocument,
} from './xml.ts';

const read = (text: string, limits = {}) => parseXml(Buffer.from(text), limits);
const refused = (text: string, limits = {}) => assert.throws(() => read(text, limits), XmlError, text);

describe('writing XML', () => {
  it('writes a document with its declaration, attributes and nested elements', () => {
    const root = element('a', [element('b', 'x'), undefined, element('c', 3), element('d')], {
      xmlns: 'u"v',
    });
    assert.equal(
      xmlDocument(root),
      '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="u&quot;v"><b>x</b><c>3</c><d/></a>',
    );
  });

  it('leaves out optional elements without text, and keeps empty ones', () => {
    assert.equal(optionalElement('a', undefined), undefined);
    assert.equal(optionalElement('a', ''), '<a/>');
    assert.equal(optionalElement('a', false), '<a>false</a>');
  });

  it('escapes markup and writes control characters as references', () => {
    assert.equal(escapeXml(`<&>"'`), '&lt;&amp;&gt;&quot;&apos;');
    assert.equal(escapeXml('a\tb\r\n\u0001\u0085\uffff'), 'a&#x9;b&#xd;&#xa;&#x1;&#x85;&#xffff;');
    assert.equal(escapeXml('한글 🫙'), '한글 🫙');
    assert.equal(escapeXml('\ud800'), '\ufffd');
  });

  it('gives every text back through the reader', () => {
    const text = fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0'));
    fc.assert(
      fc.property(text, (written) => {
        assert.equal(read(xmlDocument(element('k', written))).text, written.toWellFormed());
      }),
    );
  });
});

describe('reading XML', () => {
  it('gives names without prefixes, decoded texts and children in order', () => {
    const root = read(
      '\ufeff<?xml version="1.0" encoding="utf-8"?><!-- c -->\n<s:a xmlns:s="u"><b> x &amp;&#65;&#x42;<![CDATA[<&]]> </b><c/><b d="1">2<!-- - -->3</b></s:a>',
    );
    assert.equal(root.name, 'a');
    assert.deepEqual(
      root.children.map((child) => [child.name, child.text]),
      [
        ['b', ' x &AB<& '],
        ['c', ''],
        ['b', '23'],
      ],
    );
  });

  it('refuses what is not well-formed', () => {
    for (const text of [
      '',
      '   ',
      'text',
      '<a>',
      '<a></b>',
      '<a><b></a></b>',
      '<a/><b/>',
      '<a/>more',
      '<a b=1/>',
      '<a b="1" b="2"/>',
      '<1a/>',
      '< a/>',
      '<a><![CDATA[x</a>',
      '<a>x]]>y</a>',
      '<a>\u0001</a>',
      '<a>\ufffe</a>',
      '<a>a & b</a>',
      '<a>&</a>',
      '<a>&amp</a>',
      '<a>&unknown;</a>',
      '<a>&#0;</a>',
      '<a>&#xD800;</a>',
      '<a>&#x110000;</a>',
      '<a>&#;</a>',
      '<a><__proto__>x</__proto__></a>',
    ]) {
      refused(text);
    }
  });

  it('refuses bytes that are not UTF-8 and declarations of other encodings', () => {
    assert.throws(() => parseXml(Buffer.from('<a>\xff</a>', 'latin1')), XmlError);
    refused('<?xml version="1.0" encoding="ISO-8859-1"?><a/>');
    assert.throws(() => parseXml(Buffer.from('<a/>', 'utf16le')), XmlError);
  });

  it('refuses entity bombs and external entities by refusing every DOCTYPE', () => {
    refused('<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;">]><a>&z;</a>');
    refused('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>');
    refused('<a><!ENTITY x "y"></a>');
    assert.equal(read('<a><![CDATA[<!DOCTYPE]]><!-- <!DOCTYPE --></a>').text, '<!DOCTYPE');
  });

  it('refuses documents beyond its limits', () => {
    refused('<a>0123456789</a>', { bytes: 16 });
    assert.equal(read('<a><b><c/></b></a>', { depth: 3 }).name, 'a');
    refused('<a><b><c/></b></a>', { depth: 2 });
    refused(`${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`);
    assert.equal(read('<a><b/><b/></a>', { elements: 3 }).children.length, 2);
    refused('<a><b/><b/></a>', { elements: 2 });
  });

  it('never throws anything but XmlError', () => {
    const piece = fc.constantFrom(
      '<a>',
      '</a>',
      '<',
      '>',
      '&',
      ';',
      '#',
      'x',
      '<!--',
      '-->',
      ']]>',
      '<![CDATA[',
      '"',
      '=',
      '<?',
      '?>',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          read(`<a>${pieces.join('')}</a>`);
        } catch (error) {
          assert.ok(error instanceof XmlError, String(error));
        }
      }),
    );
  });
});

describe('reading elements strictly', () => {
  const root = read('<a><b>1</b><c>2</c><c>3</c><d><e/></d></a>');

  it('finds children by name', () => {
    assert.equal(childOf(root, 'b')?.text, '1');
    assert.equal(childOf(root, 'x'), undefined);
    assert.deepEqual(
      childrenOf(root, 'c').map((c) => c.text),
      ['2', '3'],
    );
    assert.equal(textOf(root, 'b'), '1');
    assert.equal(textOf(root, 'x'), undefined);
    assert.equal(requiredTextOf(root, 'b'), '1');
  });

  it('refuses repeated, missing, nested and unknown elements', () => {
    assert.throws(() => childOf(root, 'c'), XmlError);
    assert.throws(() => textOf(root, 'd'), XmlError);
    assert.throws(() => requiredTextOf(root, 'x'), XmlError);
    assert.throws(() => expectElement(root, 'z', ['b', 'c', 'd']), XmlError);
    assert.throws(() => expectElement(root, 'a', ['b', 'c']), XmlError);
    assert.equal(expectElement(root, 'a', ['b', 'c', 'd']), root);
    const mixed = read('<a>t<b/></a>');
    assert.throws(() => expectElement(mixed, 'a', ['b']), XmlError);
  });
});
