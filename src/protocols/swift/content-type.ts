/**
 * Owns the content type of an object: what the client says, or what the name's ending tells when the client says nothing. The
 * table is the part of Python's `mimetypes` (which Swift asks) that people store: what browsers and players act on.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import { refuseSentence, refuseText } from './errors.ts';
import { isYes } from './view.ts';

const fallback = 'application/octet-stream';

/** Endings by type. */
const endings: Readonly<Record<string, string>> = {
  'application/atom+xml': 'atom',
  'application/epub+zip': 'epub',
  'application/java-archive': 'jar',
  'application/json': 'json',
  'application/ld+json': 'jsonld',
  'application/manifest+json': 'webmanifest',
  'application/msword': 'doc dot wiz',
  'application/pdf': 'pdf',
  'application/postscript': 'ps ai eps',
  'application/rtf': 'rtf',
  'application/sql': 'sql',
  'application/vnd.android.package-archive': 'apk',
  'application/vnd.apple.mpegurl': 'm3u8',
  'application/vnd.debian.binary-package': 'deb ddeb udeb',
  'application/vnd.ms-excel': 'xls xlb',
  'application/vnd.ms-powerpoint': 'ppt pot ppa pps pwz',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.rar': 'rar',
  'application/wasm': 'wasm',
  'application/x-7z-compressed': '7z',
  'application/x-bittorrent': 'torrent',
  'application/x-iso9660-image': 'iso',
  'application/x-tar': 'tar tgz taz tbz tbz2 txz',
  'application/xhtml+xml': 'xhtml xht',
  'application/xml': 'xml xsl rdf wsdl xpdl',
  'application/zip': 'zip',
  'audio/aac': 'aac adts',
  'audio/flac': 'flac',
  'audio/midi': 'midi kar',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3 mp2 mpga',
  'audio/ogg': 'oga ogg opus spx',
  'audio/x-wav': 'wav',
  'font/otf': 'otf',
  'font/ttf': 'ttf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'application/geo+json': 'geojson',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/heic': 'heic',
  'image/jpeg': 'jpg jpeg jpe',
  'image/png': 'png',
  'image/svg+xml': 'svg svgz',
  'image/tiff': 'tif tiff',
  'image/vnd.microsoft.icon': 'ico',
  'image/vnd.adobe.photoshop': 'psd',
  'image/webp': 'webp',
  'message/rfc822': 'eml mht mhtml nws',
  'text/calendar': 'ics',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/html': 'html htm shtml',
  'text/javascript': 'js mjs',
  'text/markdown': 'md markdown',
  'text/plain': 'txt text conf def diff asc srt',
  'text/tab-separated-values': 'tsv',
  'text/vcard': 'vcf vcard',
  'text/vtt': 'vtt',
  'text/x-c++src': 'cpp cc cxx',
  'text/x-chdr': 'h',
  'text/x-csrc': 'c',
  'text/x-java': 'java',
  'text/x-python': 'py',
  'text/x-sh': 'sh',
  'video/mp4': 'mp4 m4v mpg4',
  'video/mpeg': 'mpeg mpg mpe m1v',
  'video/ogg': 'ogv',
  'video/quicktime': 'mov qt',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/x-matroska': 'mkv',
  'video/x-msvideo': 'avi',
};

const typeOfEnding = new Map(
  Object.entries(endings).flatMap(([type, list]) =>
    list
      .split(' ')
      .filter((ending) => ending !== '')
      .map((ending) => [ending, type] as const),
  ),
);

/** Endings that tell an encoding; the type is told by the ending before. */
const encodings = /\.(?:gz|bz2|xz|br|Z)$/;

/** The type the ending of an object's name tells. A name that is all ending (`.txt`) tells none. */
export function guessContentType(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1).replace(encodings, '');
  const dot = file.lastIndexOf('.');
  if (dot <= 0) return fallback;
  return typeOfEnding.get(file.slice(dot + 1).toLowerCase()) ?? fallback;
}

/** The type a request states, checked; undefined when it states none. @throws SwiftError 400 */
export function statedContentType(request: RequestView): string | undefined {
  const stated = request.headerText('content-type')?.trim();
  if (!stated) return undefined;
  if (stated.includes('\ufffd')) throw refuseText(400, 'Invalid Content-Type');
  if (/;\s*swift_/i.test(stated)) {
    throw refuseSentence(400, 'Invalid Content-Type, swift_* is not a valid parameter name.');
  }
  return stated;
}

/** The type of an object that is written: guessed when the client says nothing, or asks for that with X-Detect-Content-Type. */
export function contentTypeOf(request: RequestView, name: string): string {
  const stated = statedContentType(request);
  if (stated === undefined || isYes(request.header('x-detect-content-type'))) return guessContentType(name);
  return stated;
}
