/** Every operation of the Swift front-end. */
import type { SwiftOperation } from '../swift-operation.ts';
import { bulkDelete, bulkDeleteByPost } from './bulk-delete.ts';
import { copyObject, putObjectCopy } from './copy-object.ts';
import { deleteContainer } from './delete-container.ts';
import { deleteDirectory, emptyContainer } from './delete-directory.ts';
import { deleteObject } from './delete-object.ts';
import { extractToAccount, extractToContainer, extractToFolder } from './extract-archive.ts';
import { getAccount } from './get-account.ts';
import { getContainer } from './get-container.ts';
import { getHealthcheck, headHealthcheck } from './get-healthcheck.ts';
import { getInfo, headInfo } from './get-info.ts';
import { getObject } from './get-object.ts';
import { headAccount } from './head-account.ts';
import { headContainer } from './head-container.ts';
import { headObject } from './head-object.ts';
import { issueToken } from './issue-token.ts';
import { optionsAccount, optionsContainer, optionsObject } from './options-object.ts';
import { postAccount } from './post-account.ts';
import { postContainer } from './post-container.ts';
import { postObject } from './post-object.ts';
import { deleteAccount, putAccount } from './put-account.ts';
import { putContainer } from './put-container.ts';
import { putObject } from './put-object.ts';
import { putStaticLargeObject } from './put-static-large-object.ts';

export const operations: readonly SwiftOperation[] = [
  getAccount,
  headAccount,
  postAccount,
  putAccount,
  deleteAccount,
  bulkDelete,
  bulkDeleteByPost,
  extractToAccount,
  optionsAccount,
  getContainer,
  headContainer,
  extractToContainer,
  putContainer,
  postContainer,
  deleteContainer,
  emptyContainer,
  optionsContainer,
  getObject,
  headObject,
  extractToFolder,
  putObject,
  putStaticLargeObject,
  putObjectCopy,
  copyObject,
  postObject,
  deleteObject,
  deleteDirectory,
  optionsObject,
  issueToken,
  getInfo,
  headInfo,
  getHealthcheck,
  headHealthcheck,
];
