/** Version discovery: one version, v3 (wire page, section 1). */

/** `versionUrl` e.g. `http://host/identity/v3`. */
export function versionDocument(versionUrl: string) {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${versionUrl}/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };
}
