// MFA delete: what asks for a one-time password in `x-amz-mfa`, what does not, and which passwords count.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { newPerson, type Person, withAuthenticator } from '../iam/people.ts';
import { runClient, skipUnless } from '../support/clients.ts';
import { issueToken } from '../support/iam.ts';
import { assertError, assertFails, newBucket, type RawAnswer, rawS3, s3Client } from '../support/s3.ts';
import { bob, demo, eve, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import type { Authenticator } from '../support/totp.ts';
import { awaitEvents } from '../support/trail.ts';

interface Owner extends Person {
  readonly s3: S3;
  readonly phone: Authenticator;
  /** A value of the header with a code that counts once. */
  mfa(): Promise<string>;
}

const needed = /Mfa Authentication must be used for this request/;
const document = (status: string, mfaDelete?: string) =>
  `<VersioningConfiguration><Status>${status}</Status>${
    mfaDelete === undefined ? '' : `<MfaDelete>${mfaDelete}</MfaDelete>`
  }</VersioningConfiguration>`;

describe('MFA delete', () => {
  let server: TestServer;
  let service: string;
  before(async () => {
    server = await startServer({ env: { ONGGI_WORKERS: '2' } });
    service = await issueToken(server, root);
  });
  after(() => server.stop());

  async function newOwner(role = 'project-admin'): Promise<Owner> {
    const person = await newPerson(server, service, demo, role);
    const phone = await withAuthenticator(server, person);
    const mfa = async () => `${person.user.id} ${await phone.next()}`;
    return { ...person, s3: s3Client(server, person.user), phone, mfa };
  }

  const protect = (s3: S3, Bucket: string, MFA: string) =>
    s3.putBucketVersioning({
      Bucket,
      MFA,
      VersioningConfiguration: { Status: 'Enabled', MFADelete: 'Enabled' },
    });

  /** A protected bucket with two versions of `k`, the newer one first; made by somebody else, so that `owner` keeps its codes. */
  async function protectedBucket(owner: Owner): Promise<{ Bucket: string; newer: string; older: string }> {
    const guard = await newOwner();
    const Bucket = await newBucket(owner.s3);
    await protect(guard.s3, Bucket, await guard.mfa());
    const put = async (Body: string) =>
      (await owner.s3.putObject({ Bucket, Key: 'k', Body })).VersionId ?? '';
    const older = await put('one');
    return { Bucket, older, newer: await put('two') };
  }

  const versions = async (s3: S3, Bucket: string) => {
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
    return { objects: Versions.map(({ VersionId }) => VersionId), markers: DeleteMarkers.length };
  };

  const removal = (
    owner: Pick<Person, 'user'>,
    Bucket: string,
    version: string,
    mfa?: string,
  ): Promise<RawAnswer> =>
    rawS3(server, {
      method: 'DELETE',
      target: `/${Bucket}/k?versionId=${version}`,
      user: owner.user,
      ...(mfa !== undefined && { headers: { 'x-amz-mfa': mfa } }),
    });

  const setting = (
    owner: Pick<Person, 'user'>,
    Bucket: string,
    body: string,
    mfa?: string,
  ): Promise<RawAnswer> =>
    rawS3(server, {
      method: 'PUT',
      target: `/${Bucket}?versioning`,
      body,
      user: owner.user,
      ...(mfa !== undefined && { headers: { 'x-amz-mfa': mfa } }),
    });

  function assertDenied(answer: RawAnswer, message: RegExp): void {
    assertError(answer, 403, 'AccessDenied');
    assert.match(answer.element('Message') ?? '', message);
  }

  it('is turned on and off with a code, and told of once it was ever set', async () => {
    const owner = await newOwner();
    const Bucket = await newBucket(owner.s3);
    const told = async () =>
      (await rawS3(server, { target: `/${Bucket}?versioning`, user: owner.user })).text;
    assertDenied(await setting(owner, Bucket, document('Enabled', 'Enabled')), needed);
    assert.doesNotMatch(await told(), /Status|MfaDelete/);
    assert.equal((await setting(owner, Bucket, document('Enabled'))).status, 200);
    assert.doesNotMatch(await told(), /MfaDelete/);
    // Off, as it is: no code is needed to say so.
    assert.equal((await setting(owner, Bucket, document('Enabled', 'Disabled'))).status, 200);
    assert.match(await told(), /<Status>Enabled<\/Status>\s*<MfaDelete>Disabled<\/MfaDelete>/);
    await protect(owner.s3, Bucket, await owner.mfa());
    const { Status, MFADelete } = await owner.s3.getBucketVersioning({ Bucket });
    assert.deepEqual([Status, MFADelete], ['Enabled', 'Enabled']);
    for (const body of [
      document('Enabled'),
      document('Suspended'),
      document('Enabled', 'Enabled'),
      document('Enabled', 'Disabled'),
    ]) {
      assertDenied(await setting(owner, Bucket, body), needed);
    }
    // What the document does not say stays.
    assert.equal((await setting(owner, Bucket, document('Suspended'), await owner.mfa())).status, 200);
    assert.match(await told(), /<Status>Suspended<\/Status>\s*<MfaDelete>Enabled<\/MfaDelete>/);
    const second = await newOwner();
    const off = await setting(second, Bucket, document('Enabled', 'Disabled'), await second.mfa());
    assert.equal(off.status, 200, off.text);
    assert.match(await told(), /<Status>Enabled<\/Status>\s*<MfaDelete>Disabled<\/MfaDelete>/);
    assert.equal((await setting(owner, Bucket, document('Suspended'))).status, 200);
  });

  it('asks for a code where a version goes for ever, and nowhere else', async () => {
    const owner = await newOwner();
    const { Bucket, newer, older } = await protectedBucket(owner);
    const { VersionId: marker } = await owner.s3.deleteObject({ Bucket, Key: 'k' });
    for (const version of [older, newer, marker ?? '', 'null']) {
      assertDenied(await removal(owner, Bucket, version), needed);
    }
    assert.deepEqual(await versions(owner.s3, Bucket), { objects: [newer, older], markers: 1 });
    const gone = await removal(owner, Bucket, marker ?? '', await owner.mfa());
    assert.deepEqual([gone.status, gone.headers['x-amz-delete-marker']], [204, 'true']);
    const code = await owner.mfa();
    assert.equal((await removal(owner, Bucket, older, code)).status, 204);
    assertDenied(await removal(owner, Bucket, newer, code), /wrong, or was used before/);
    assert.deepEqual(await versions(owner.s3, Bucket), { objects: [newer], markers: 0 });
  });

  it("takes the caller's own device by its id or ARN, and nothing else", async () => {
    const owner = await newOwner();
    const { Bucket, newer, older } = await protectedBucket(owner);
    const stranger = await newOwner();
    const { user, phone } = owner;
    const wrong: readonly (readonly [string, RegExp])[] = [
      [`${user.id} ${phone.past()}`, /wrong, or was used before/],
      [`${stranger.user.id} ${await stranger.phone.next()}`, /serial number/],
      [`${stranger.user.id} ${phone.past()}`, /serial number/],
      [`arn:aws:iam::${eve.project.id}:mfa/${user.name} 123456`, /serial number/],
      [`arn:aws:iam::${demo.id}:mfa/${stranger.user.name} 123456`, /serial number/],
    ];
    for (const [mfa, message] of wrong) assertDenied(await removal(owner, Bucket, older, mfa), message);
    for (const mfa of ['123456', user.id, `${user.id} 12345`, `${user.id} abcdef`, `123456 ${user.id}`]) {
      const answer = await removal(owner, Bucket, older, mfa);
      assertError(answer, 400, 'InvalidArgument');
      assert.match(answer.element('Message') ?? '', /^Mfa header is invalid/);
      assert.equal(answer.text.includes('123456'), false, 'codes are not repeated');
    }
    assert.deepEqual(await versions(owner.s3, Bucket), { objects: [newer, older], markers: 0 });
    const arn = `arn:aws:iam::${demo.id}:mfa/${user.name}`;
    assert.equal((await removal(owner, Bucket, older, `${arn} ${await phone.next()}`)).status, 204);
  });

  it('refuses callers without a device, and devices that are blocked', async () => {
    const owner = await newOwner();
    const { Bucket, newer, older } = await protectedBucket(owner);
    const plain = await newPerson(server, service, demo, 'project-admin');
    assertDenied(await removal(plain, Bucket, older, `${plain.user.id} 123456`), /no authenticator/);
    const temporary = s3Client(server, owner.user, { credentials: owner.temporary });
    const deletion = { Bucket, Key: 'k', VersionId: older };
    await assertFails(temporary.deleteObject({ ...deletion, MFA: await owner.mfa() }), 403, 'AccessDenied');
    // Who may not delete stays out, whatever the code; nobody at all has none.
    const reader = await newOwner('project-reader');
    assertError(await removal(reader, Bucket, older, await reader.mfa()), 403, 'AccessDenied');
    const anonymous = await rawS3(server, {
      method: 'DELETE',
      target: `/${Bucket}/k?versionId=${older}`,
      headers: { 'x-amz-mfa': `${owner.user.id} ${owner.phone.past()}` },
    });
    assertError(anonymous, 403, 'AccessDenied');
    for (let time = 0; time < 5; time += 1) {
      assertDenied(await removal(owner, Bucket, older, `${owner.user.id} ${owner.phone.past()}`), /wrong/);
    }
    assertDenied(await removal(owner, Bucket, older, await owner.mfa()), /not looked at for \d+ seconds/);
    assert.deepEqual(await versions(owner.s3, Bucket), { objects: [newer, older], markers: 0 });
  });

  it('lets one code stand for all of DeleteObjects, and without one deletes nothing', async () => {
    const owner = await newOwner();
    const { Bucket, newer, older } = await protectedBucket(owner);
    await owner.s3.putObject({ Bucket, Key: 'other', Body: 'x' });
    const plain = { Objects: [{ Key: 'other' }] };
    const mixed = {
      Objects: [{ Key: 'k', VersionId: older }, { Key: 'other' }, { Key: 'k', VersionId: newer }],
    };
    await assertFails(owner.s3.deleteObjects({ Bucket, Delete: mixed }), 403, 'AccessDenied');
    const wrong = `${owner.user.id} ${owner.phone.past()}`;
    await assertFails(owner.s3.deleteObjects({ Bucket, Delete: mixed, MFA: wrong }), 403, 'AccessDenied');
    await assertFails(owner.s3.deleteObjects({ Bucket, Delete: plain, MFA: wrong }), 403, 'AccessDenied');
    assert.equal((await versions(owner.s3, Bucket)).objects.length, 3);
    assert.equal((await versions(owner.s3, Bucket)).markers, 0);
    const marked = await owner.s3.deleteObjects({ Bucket, Delete: plain });
    assert.equal(marked.Deleted?.[0]?.DeleteMarker, true);
    const done = await owner.s3.deleteObjects({ Bucket, Delete: mixed, MFA: await owner.mfa() });
    assert.equal(done.Errors, undefined);
    assert.equal(done.Deleted?.length, 3);
    const left = await versions(owner.s3, Bucket);
    assert.deepEqual([left.objects.length, left.markers], [1, 2]);
  });

  it('counts a code once when several deletions bring it at the same time', async () => {
    const owner = await newOwner();
    const { Bucket } = await protectedBucket(owner);
    const ids = await Promise.all(
      Array.from({ length: 8 }, async () => {
        return (await owner.s3.putObject({ Bucket, Key: 'k', Body: 'x' })).VersionId ?? '';
      }),
    );
    const code = await owner.mfa();
    const answers = await Promise.all(ids.map((version) => removal(owner, Bucket, version, code)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(7).fill(403)]);
    const left = await versions(owner.s3, Bucket);
    const kept = ids.filter((_, at) => answers[at]?.status === 403);
    assert.deepEqual(left.objects.filter((id) => ids.includes(id ?? '')).sort(), kept.sort());
  });

  it('and lifecycle rules exclude each other', async () => {
    const owner = await newOwner();
    const Bucket = await newBucket(owner.s3);
    const Rules = [{ ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
    const rule = () =>
      owner.s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
    await rule();
    assertDenied(await setting(owner, Bucket, document('Enabled', 'Enabled')), needed);
    const code = await owner.mfa();
    assertError(
      await setting(owner, Bucket, document('Enabled', 'Enabled'), code),
      409,
      'InvalidBucketState',
    );
    assert.equal((await owner.s3.getBucketVersioning({ Bucket })).Status, undefined);
    await owner.s3.deleteBucketLifecycle({ Bucket });
    // It was not spent.
    await protect(owner.s3, Bucket, code);
    await assertFails(rule(), 409, 'InvalidBucketState');
    await owner.s3.deleteBucketLifecycle({ Bucket });
  });

  it('goes with the bucket, and keeps nobody from writing', async () => {
    const owner = await newOwner();
    const { Bucket, older } = await protectedBucket(owner);
    await owner.s3.copyObject({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${older}` });
    await s3Client(server, bob).putObject({ Bucket, Key: 'k', Body: 'three' });
    await assertFails(owner.s3.deleteBucket({ Bucket }), 409, 'BucketNotEmpty');
    const { objects } = await versions(owner.s3, Bucket);
    const Delete = { Objects: objects.map((VersionId) => ({ Key: 'k', VersionId })) };
    await owner.s3.deleteObjects({ Bucket, Delete, MFA: await owner.mfa() });
    await owner.s3.deleteBucket({ Bucket });
    await owner.s3.createBucket({ Bucket });
    assert.equal((await owner.s3.getBucketVersioning({ Bucket })).MFADelete, undefined);
  });

  it('is an event in the trail when it is refused', async () => {
    const owner = await newOwner();
    const { Bucket, older } = await protectedBucket(owner);
    await removal(owner, Bucket, older, `${owner.user.id} ${owner.phone.past()}`);
    await removal(owner, Bucket, older, await owner.mfa());
    for (const status of [403, 204]) {
      const query = `?eventName=DeleteObject&user=${owner.user.name}&status=${status}`;
      assert.equal((await awaitEvents(server, service, query, 1)).length, 1, `${status}`);
    }
  });

  it('works with the AWS command line', { skip: skipUnless('aws') }, async () => {
    const owner = await newOwner();
    const guard = await newOwner();
    const Bucket = await newBucket(owner.s3);
    const aws = ({ user }: Owner, ...args: string[]) =>
      runClient('aws', ['s3api', '--endpoint-url', server.url, '--output', 'json', ...args], {
        env: {
          AWS_ACCESS_KEY_ID: user.s3Key.access,
          AWS_SECRET_ACCESS_KEY: user.s3Key.secret,
          AWS_DEFAULT_REGION: 'kr-central-2',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_MAX_ATTEMPTS: '1',
        },
      });
    const both = ['--versioning-configuration', 'Status=Enabled,MFADelete=Enabled'];
    const arn = `arn:aws:iam::${demo.id}:mfa/${guard.user.name}`;
    const on = ['put-bucket-versioning', '--bucket', Bucket, ...both];
    assert.match((await aws(guard, ...on)).stderr, /\(AccessDenied\).*Mfa Authentication must be used/);
    const set = await aws(guard, ...on, '--mfa', `${arn} ${await guard.phone.next()}`);
    assert.equal(set.code, 0, set.stderr);
    const shown = await aws(guard, 'get-bucket-versioning', '--bucket', Bucket);
    assert.deepEqual(JSON.parse(shown.stdout), { Status: 'Enabled', MFADelete: 'Enabled' });
    const put = async () => (await owner.s3.putObject({ Bucket, Key: 'k', Body: 'x' })).VersionId ?? '';
    const [one, two, three] = [await put(), await put(), await put()];
    const first = ['delete-object', '--bucket', Bucket, '--key', 'k', '--version-id', one];
    assert.match((await aws(owner, ...first)).stderr, /\(AccessDenied\)/);
    const gone = await aws(owner, ...first, '--mfa', await owner.mfa());
    assert.equal(gone.code, 0, gone.stderr);
    const Objects = [two, three].map((VersionId) => ({ Key: 'k', VersionId }));
    const rest = ['delete-objects', '--bucket', Bucket, '--delete', JSON.stringify({ Objects })];
    const all = await aws(owner, ...rest, '--mfa', await owner.mfa());
    assert.equal(all.code, 0, all.stderr);
    assert.deepEqual(await versions(owner.s3, Bucket), { objects: [], markers: 0 });
  });
});
