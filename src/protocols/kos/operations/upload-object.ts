/**
 * UploadObject: PUT /kos/v1/buckets/{bucketId}/objects (reference 10.7, K6). With a name in JSON it answers an address to PUT the bytes
 * to; with a prefix alone it makes a folder; a form with a file is stored at once.
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { boundaryOf } from '../../../base/wire/multipart.ts';
import type { BodyStream } from '../../operation.ts';
import { streamBody } from '../../operation.ts';
import { KosError } from '../errors.ts';
import { readJsonStream } from '../json-body.ts';
import { objectKeySchema } from '../object-names.ts';
import { makeFolder, startUpload, storeForm, type UploadWish, uploadName } from '../object-upload.ts';
import { baseUrl } from '../object-url.ts';
import { bucketOf, type KosView, operation } from '../request.ts';
import { answerObject, maybe } from '../schemas.ts';

const schema = Type.Object({ prefix: maybe(Type.String()), ...objectKeySchema.properties });

/** The parts of a form, in the order they must come. */
const formSchema = Type.Object({
  prefix: Type.Optional(Type.String()),
  objectkey: Type.Optional(Type.String()),
  objectKey: Type.Optional(Type.String()),
  file: Type.String({
    contentMediaType: 'application/octet-stream',
    description: 'the last part; its filename is the name where objectkey gives none',
  }),
});

/** Undefined for a body that is to be JSON. @throws KosError 400 for a form without a boundary */
function formBoundary({ request }: KosView): string | undefined {
  const contentType = request.header('content-type') ?? '';
  if (!/^\s*multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined;
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) throw new KosError(400, 'Content-Type must name the boundary of the form');
  return boundary;
}

export const uploadObject = operation({
  name: 'UploadObject',
  route: { methods: ['PUT'], path: '/kos/v1/buckets/:bucketId/objects' },
  document: {
    summary: 'An address to upload an object to; a folder; or, by multipart/form-data, an object at once',
    body: { schema, form: formSchema },
    success: {
      status: 201,
      schema: answerObject({
        objectKey: Type.String(),
        message: Type.String(),
        uploadPreSignedUrl: Type.Optional(Type.String({ description: 'takes one PUT within 15 minutes' })),
      }),
    },
    refusals: [400, 403, 404, 408, 413],
  },
  body: streamBody,
  parse: (view) => ({
    place: bucketOf(view),
    base: baseUrl(view),
    boundary: formBoundary(view),
    readJson: (body: BodyStream) => readJsonStream(schema, body, view),
  }),
  // What is uploaded, the body says.
  authorize: 'in-run',
  run: async ({ core, actor, input, body, signal }) => {
    const { place, base, boundary, readJson } = input;
    const wish: UploadWish = { core, actor, place, signal };
    if (boundary !== undefined) return storeForm(wish, boundary, body);
    const name = uploadName(await readJson(body));
    return name.folder ? makeFolder(wish, name.text) : startUpload(wish, name.text, base);
  },
  reply: (uploaded) => json(201, uploaded),
});
