/**
 * Owns XML documents: a writer that makes finished markup from names and texts, and a strict reader for what clients send.
 * Refuses what no protocol here needs: DOCTYPE and any entity but the five predefined ones and numeric references.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

declare const markup: unique symbol;
/** Finished markup of one element; only `element` makes it. */
export type Xml = string & { readonly [markup]: true };

/** A scalar is text to be escaped, a list is child elements; `undefined` children are left out. */
export type XmlContent = string | number | boolean | readonly (Xml | undefined)[];

/**
 * One element. Its text may hold any character: those XML 1.0 cannot carry (most below U+0020) are written as numeric
 * references all the same, as S3 does, so that a lenient parser sees the name and a strict one an error, never another name.
 */
export function element(
  name: string,
  content: XmlContent = [],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  const inside = Array.isArray(content) ? joinElements(content) : escapeXml(String(content));
  let start = name;
  for (const [key, value] of Object.entries(attributes)) start += ` ${key}="${escapeXml(value)}"`;
  return (inside === '' ? `<${start}/>` : `<${start}>${inside}</${name}>`) as Xml;
}

/** An element with text, or nothing when there is no text to write. */
export function optionalElement(name: string, text: string | number | boolean | undefined): Xml | undefined {
  return text === undefined ? undefined : element(name, text);
}

/** A whole document in UTF-8 with its declaration. */
export function xmlDocument(root: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

function joinElements(children: readonly (Xml | undefined)[]): string {
  let joined = '';
  for (const child of children) if (child !== undefined) joined += child;
  return joined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const special = /[&<>"'\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; the `u` flag keeps surrogate pairs whole
const specials = /[&<>"'\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/gu;
const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text made safe for element content and for attribute values in either kind of quotes. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  return text.toWellFormed().replace(specials, (c) => names[c] ?? `&#x${c.charCodeAt(0).toString(16)};`);
}

/** A document is not well-formed, too large, or not of the shape a caller asked for. */
export class XmlError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'XmlError';
  }
}

/** An element as read. Names come without their namespace prefix; attributes, comments and instructions are dropped. */
export interface XmlNode {
  readonly name: string;
  /** All text directly inside, entities decoded, blanks kept; '' for an element with children unless text is mixed in. */
  readonly text: string;
  readonly children: readonly XmlNode[];
}

export interface XmlLimits {
  readonly bytes: number;
  /** Elements inside each other, the root counted. */
  readonly depth: number;
  readonly elements: number;
}

const defaultLimits: XmlLimits = { bytes: 8 << 20, depth: 16, elements: 100_000 };

/** The root element of a UTF-8 document. @throws XmlError */
export function parseXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): XmlNode {
  const { bytes: maxBytes, depth, elements } = { ...defaultLimits, ...limits };
  if (bytes.length > maxBytes) throw new XmlError(`more than ${maxBytes} bytes`);
  const text = decodeUtf8(bytes);
  checkMarkup(text);
  const valid = wellFormed(text);
  if (valid !== true) throw new XmlError(valid);
  return new TreeBuilder(depth, elements).root(parseOrdered(text, depth));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new XmlError('not UTF-8', error);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 section 2.2 names the characters a document may hold
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const declaration = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/;

/** What the library does not look at. */
function checkMarkup(text: string): void {
  if (forbidden.test(text)) throw new XmlError('a character that XML does not allow');
  const encoding = declaration.exec(text)?.[1];
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
    throw new XmlError('not declared as UTF-8');
  const outside = withoutLiterals(text).trim();
  // Of `<!` only comments and CDATA are left to anybody: no DOCTYPE, hence no entities of the document's own.
  if (outside.includes('<!')) throw new XmlError('a DOCTYPE is not allowed');
  if (!outside.endsWith('>')) throw new XmlError('text after the root element');
}

/** `text` without its comments and CDATA sections; in one pass, as a search that starts over would be quadratic. */
function withoutLiterals(text: string): string {
  let kept = '';
  let at = 0;
  for (let open = text.indexOf('<!'); open >= 0; open = text.indexOf('<!', at)) {
    const end = literalEnd(text, open);
    kept += text.slice(at, open);
    if (end === undefined) return `${kept}${text.slice(open)}`;
    at = end;
  }
  return kept + text.slice(at);
}

/** Where the comment or CDATA section that begins at `open` ends; undefined when it is neither or does not end. */
function literalEnd(text: string, open: number): number | undefined {
  const terminator = text.startsWith('<!--', open)
    ? '-->'
    : text.startsWith('<![CDATA[', open)
      ? ']]>'
      : undefined;
  if (terminator === undefined) return undefined;
  const close = text.indexOf(terminator, open + 4);
  return close < 0 ? undefined : close + terminator.length;
}

function wellFormed(text: string): true | string {
  try {
    const result = XMLValidator.validate(text);
    return result === true ? true : result.err.msg.slice(0, 200);
  } catch (error) {
    throw new XmlError('not well-formed', error);
  }
}

function parseOrdered(text: string, depth: number): unknown {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: true,
    parseTagValue: false,
    trimValues: false,
    // Entities are decoded below: the library knows no references to control characters, and leaves unknown ones in place.
    processEntities: false,
    cdataPropName: '#cdata',
    maxNestedTags: depth,
  });
  try {
    return parser.parse(text);
  } catch (error) {
    throw new XmlError('not well-formed', error);
  }
}

/** Turns the library's list of one-key objects into `XmlNode`s, counting. */
class TreeBuilder {
  readonly #depth: number;
  #elementsLeft: number;

  constructor(depth: number, elements: number) {
    this.#depth = depth;
    this.#elementsLeft = elements;
  }

  root(parsed: unknown): XmlNode {
    const [root, second] = this.#content(parsed, 1).children;
    if (root === undefined || second !== undefined) throw new XmlError('exactly one root element is needed');
    return root;
  }

  #content(parsed: unknown, depth: number): Pick<XmlNode, 'text' | 'children'> {
    let text = '';
    const children: XmlNode[] = [];
    for (const [name, value] of entriesOf(parsed)) {
      if (name === '#text') text += decodeReferences(String(value));
      else if (name === '#cdata') text += cdataText(value);
      else if (!name.startsWith('?')) children.push(this.#node(name, value, depth));
    }
    return { text, children };
  }

  #node(name: string, value: unknown, depth: number): XmlNode {
    if (depth > this.#depth) throw new XmlError(`more than ${this.#depth} elements inside each other`);
    this.#elementsLeft -= 1;
    if (this.#elementsLeft < 0) throw new XmlError('too many elements');
    return { name: name.slice(name.indexOf(':') + 1), ...this.#content(value, depth + 1) };
  }
}

function entriesOf(parsed: unknown): [name: string, value: unknown][] {
  if (!Array.isArray(parsed)) throw new XmlError('not well-formed');
  return parsed.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null ? Object.entries(item).filter(([name]) => name !== ':@') : [],
  );
}

function cdataText(parsed: unknown): string {
  return entriesOf(parsed)
    .map(([, value]) => String(value))
    .join('');
}

const characters: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Numeric references may name control characters, because the writer above writes them so. */
function decodeReferences(text: string): string {
  if (text.includes(']]>')) throw new XmlError(']]> in a text');
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,10}(?:;|$))?/g, (_, reference: string | undefined) => {
    const name = reference?.endsWith(';') ? reference.slice(0, -1) : '';
    const decoded = characters[name] ?? numericCharacter(name);
    if (decoded === undefined) throw new XmlError('an unknown entity');
    return decoded;
  });
}

function numericCharacter(name: string): string | undefined {
  const match = /^#(?:(\d+)|x([0-9a-fA-F]+))$/.exec(name);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number.parseInt(match[2] ?? '', 16) : Number.parseInt(match[1], 10);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code === 0 || code > 0x10ffff || surrogate ? undefined : String.fromCodePoint(code);
}

/** Checks the root's name and that all its children have one of `known` names, and gives it back. @throws XmlError */
export function expectElement(node: XmlNode, name: string, known: readonly string[]): XmlNode {
  if (node.name !== name) throw new XmlError(`${name} expected instead of ${node.name}`);
  for (const child of node.children) {
    if (!known.includes(child.name)) throw new XmlError(`${child.name} is unknown inside ${name}`);
  }
  if (node.children.length > 0 && node.text.trim() !== '')
    throw new XmlError(`text among the elements of ${name}`);
  return node;
}

/** All children of one name, in their order. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.filter((child) => child.name === name);
}

/** The only child of that name, if there is one. @throws XmlError when there are more. */
export function childOf(node: XmlNode, name: string): XmlNode | undefined {
  const [first, second] = childrenOf(node, name);
  if (second !== undefined) throw new XmlError(`more than one ${name}`);
  return first;
}

/** The text of the only child of that name. @throws XmlError when it repeats or has elements inside. */
export function textOf(node: XmlNode, name: string): string | undefined {
  const child = childOf(node, name);
  if (child !== undefined && child.children.length > 0) throw new XmlError(`${name} must hold text alone`);
  return child?.text;
}

/** As `textOf`, and the child must be there. @throws XmlError */
export function requiredTextOf(node: XmlNode, name: string): string {
  const text = textOf(node, name);
  if (text === undefined) throw new XmlError(`${name} is missing`);
  return text;
}
