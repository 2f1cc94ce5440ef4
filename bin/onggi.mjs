#!/usr/bin/env node
// The `onggi` command: src/main.ts on the pinned runtime. In this process, so that its signals reach the server.
process.argv.splice(2, 0, 'src/main.ts');
await import('../scripts/run.mjs');
