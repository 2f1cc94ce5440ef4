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

export function catalogFor(project: ProjectId, { publicUrl, regions }: CatalogPlace) {
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
