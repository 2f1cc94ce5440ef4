/** The types of multipart uploads, gathered from the files of their use cases: parts are referenced by the object they become. */
export type { CompletedPart } from './assemble.ts';
export type { CompleteUploadInput } from './complete.ts';
export type { CopyPartInput } from './copy-part.ts';
export type { ListPartsInput, ListUploadsInput, UploadPage } from './list.ts';
export type { StartUploadInput } from './start.ts';
export type { UploadPartInput } from './upload-part.ts';
export type { UploadAddress } from './upload-place.ts';
