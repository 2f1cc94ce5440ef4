/** The service catalog: where a project's storage, the identity service and S3 are (reference 2.1; DESIGN 12, Identity). */
import type { ProjectId } from '../../../core/model/names.ts';
import { derivedId } from './names.ts';

export interface CatalogPlace {
  /** How clients reach us, without a slash at the end. */
  readonly publicUrl: string;
  /** Every region the server answers for, its own first: clients that name none take the first. */
  readonly regions: readonly string[];
}

/** One address for all: clients differ in which of them they look for. */
const interfaces = ['public', 'internal', 'admin'] as const;

/** Of every project: where an id stands in an address, a catalog of the whole service has this, as Keystone's has. */
const anyProject = '$(project_id)s';

export function catalogFor(project: ProjectId | typeof anyProject, { publicUrl, regions }: CatalogPlace) {
  const service = (type: string, name: string, url: string) => ({
    type,
    id: derivedId('service', type),
    name,
    endpoints: regions.flatMap((region) =>
      interfaces.map((kind) => ({
        id: derivedId('endpoint', type, kind, region),
        interface: kind,
        region,
        region_id: region,
        url,
      })),
    ),
  });
  return [
    service('object-store', 'swift', `${publicUrl}/v1/${project}`),
    service('identity', 'keystone', `${publicUrl}/identity/v3`),
    service('s3', 's3', publicUrl),
  ];
}

/** The services, without their endpoints. */
export function serviceDocuments(place: CatalogPlace) {
  return catalogFor(anyProject, place).map(({ id, type, name }) => ({
    id,
    type,
    name,
    description: '',
    enabled: true,
    links: { self: `${place.publicUrl}/identity/v3/services/${id}` },
  }));
}

/** The endpoints of all services. */
export function endpointDocuments(place: CatalogPlace) {
  return catalogFor(anyProject, place).flatMap(({ id, endpoints }) =>
    endpoints.map((endpoint) => ({
      ...endpoint,
      service_id: id,
      enabled: true,
      links: { self: `${place.publicUrl}/identity/v3/endpoints/${endpoint.id}` },
    })),
  );
}

export function regionDocuments({ publicUrl, regions }: CatalogPlace) {
  return regions.map((id) => ({
    id,
    description: '',
    parent_region_id: null,
    links: { self: `${publicUrl}/identity/v3/regions/${encodeURIComponent(id)}` },
  }));
}
