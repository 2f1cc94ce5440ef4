/** Every endpoint of Krutrim's document, page by page in its order: what the replays show, each file one page, and nothing less. */

const ofRules = '/kos/v1/buckets/{bucketId}/lifecycle-rules';
const ofObjects = '/kos/v1/buckets/{bucketId}/objects';
const ofPolicies = '/internal/kos/v1/policy';

/** By the replaying file, `test/kos/documentation-PAGE.test.ts`. */
export const documentedEndpoints = {
  buckets: [
    'GET /kos/v1/buckets',
    'POST /kos/v1/buckets',
    'GET /kos/v1/buckets/{bucketId}',
    'PUT /kos/v1/buckets/{bucketId}',
    'DELETE /kos/v1/buckets/{bucketId}',
  ],
  'access-keys': [
    'DELETE /internal/kos/v1/access_keys_all',
    'GET /kos/v1/access_keys',
    'POST /kos/v1/access_keys',
    'DELETE /kos/v1/access_keys/{accessKey}',
  ],
  lifecycle: [
    `GET ${ofRules}`,
    `POST ${ofRules}`,
    `GET ${ofRules}/{ruleId}`,
    `PUT ${ofRules}/{ruleId}`,
    `DELETE ${ofRules}/{ruleId}`,
  ],
  policies: [
    `GET ${ofPolicies}`,
    `POST ${ofPolicies}`,
    `POST ${ofPolicies}/attach`,
    `POST ${ofPolicies}/detach`,
    `GET ${ofPolicies}/{policykrn}`,
    `PUT ${ofPolicies}/{policykrn}`,
    `DELETE ${ofPolicies}/{policykrn}`,
  ],
  sessions: [
    'POST /kos/v1/sessions/activate',
    'DELETE /kos/v1/sessions/deactivate/{sessionToken}',
    'POST /kos/v1/sessions/refresh/{sessionToken}',
    'GET /kos/v1/sessions/status/{sessionToken}',
  ],
  objects: [
    `POST ${ofObjects}/delete`,
    `GET ${ofObjects}`,
    `PUT ${ofObjects}`,
    `POST ${ofObjects}/download`,
    `POST ${ofObjects}/metadata`,
    `POST ${ofObjects}/move`,
    `POST ${ofObjects}/rename`,
  ],
  addresses: [
    'GET /kos/v1/buckets/policy/{bucketKrn}',
    'POST /kos/v1/buckets/policy/{bucketKrn}',
    'PUT /kos/v1/buckets/policy/{bucketKrn}',
    'DELETE /kos/v1/buckets/policy/{bucketKrn}',
  ],
} as const;

export type DocumentedPage = keyof typeof documentedEndpoints;

/** What the document contradicts itself in, by the page whose replay shows what is taken (reference 10.9; K1 is the frame's). */
export const contradictions: Partial<Record<DocumentedPage, readonly string[]>> = {
  buckets: ['K2: tags', 'K8: tiers', 'K10: the update of three fields'],
  policies: ['K3: statements as text', 'K4: for kcid or for the account', 'K11: the newest policy'],
  objects: ['K5: a download is JSON', 'K6: an upload is begun', 'K7: objectkey and objectKey'],
  addresses: ['K9: 200 without a body'],
};
