/** GET /info: what this Swift serves and where its limits are, and nothing it does not serve. */
import type { CoreSettings } from '../../../core/core-parts.ts';
import { noBody } from '../../operation.ts';
import { storagePolicy } from '../account.ts';
import { maxFailedDeletes } from '../bulk-delete.ts';
import { maxBulkDeletes } from '../bulk-lines.ts';
import { extractionLimits } from '../extract-archive.ts';
import { staticLimits } from '../large-objects.ts';
import { listingLimit } from '../listing-query.ts';
import { metadataLimits } from '../metadata.ts';
import { sentenceReply } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';
import { tempUrlCapabilities } from '../temp-url.ts';

/** The Swift whose answers ours are modelled on: clients choose features by it. */
const version = '2.30.1';

function capabilities({ names, maxUploadBytes }: CoreSettings) {
  return {
    swift: {
      version,
      strict_cors_mode: true,
      policies: [{ name: storagePolicy, aliases: storagePolicy, default: true }],
      allow_account_management: false,
      account_autocreate: false,
      max_file_size: maxUploadBytes,
      max_meta_name_length: metadataLimits.name,
      max_meta_value_length: metadataLimits.value,
      max_meta_count: metadataLimits.count,
      max_meta_overall_size: metadataLimits.overall,
      max_header_size: 8192,
      max_object_name_length: names.keyBytes,
      container_listing_limit: listingLimit,
      account_listing_limit: listingLimit,
      max_account_name_length: 256,
      max_container_name_length: names.bucketNameMax,
      extra_header_count: 0,
    },
    slo: staticLimits,
    tempurl: tempUrlCapabilities,
    bulk_upload: {
      max_containers_per_extraction: extractionLimits.containers,
      max_failed_extractions: extractionLimits.failures,
    },
    bulk_delete: { max_deletes_per_request: maxBulkDeletes, max_failed_deletes: maxFailedDeletes },
  };
}

function infoOperation(name: string, method: 'GET' | 'HEAD') {
  return swiftOperation({
    name,
    route: { path: '/info', method },
    body: noBody,
    parse: () => undefined,
    authorize: 'public',
    run: async ({ core }) => JSON.stringify(capabilities(core.settings)),
    reply: (text) => sentenceReply(200, text, 'application/json; charset=UTF-8'),
  });
}

export const getInfo = infoOperation('GetInfo', 'GET');
export const headInfo = infoOperation('HeadInfo', 'HEAD');
