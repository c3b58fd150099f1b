/** Version, no block before, the root of the only transaction, time, target and nonce. */
const firstHeader = [
  '01000000',
  '00'.repeat(32),
  '3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a',
  'dae5494dffff7f2002000000',
].join('');

/**
 * The chain: its best blocks, their transactions and the mempool. What no block has any more is
 * gone, but for the hashes of undone blocks: a cursor may still stand on one.
 */
export const chainSchema: readonly string[] = [
  `
  CREATE TABLE blocks (
    height INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    header BLOB NOT NULL,
    timeSec INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE undoneBlocks (
    hash TEXT PRIMARY KEY,
    previousHash TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- In the order of arrival: a parent comes before its children. In the mempool without a height.
  CREATE TABLE transactions (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    txid TEXT NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    weight INTEGER NOT NULL,
    virtualSize INTEGER NOT NULL,
    sigopCost INTEGER NOT NULL,
    feeSat INTEGER NOT NULL,
    arrivedHeight INTEGER NOT NULL,
    height INTEGER,
    position INTEGER
  ) STRICT;
  CREATE INDEX transactionsByHeight ON transactions (height, position);

  -- What can be spent, or was; spentBy names a transaction of the best chain or of the mempool.
  CREATE TABLE outputs (
    txid TEXT NOT NULL,
    vout INTEGER NOT NULL,
    script TEXT NOT NULL,
    amountSat INTEGER NOT NULL,
    spentBy TEXT,
    PRIMARY KEY (txid, vout)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outputsByScript ON outputs (script);
  CREATE INDEX outputsBySpender ON outputs (spentBy) WHERE spentBy IS NOT NULL;

  CREATE TABLE watched (
    walletId TEXT NOT NULL,
    keyChain INTEGER NOT NULL,
    keyIndex INTEGER NOT NULL,
    script TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (walletId, keyChain, keyIndex)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX watchedByScript ON watched (script, walletId);

  -- The block that every regtest chain begins with. Nothing can spend its coinbase.
  INSERT INTO blocks (height, hash, header, timeSec) VALUES (
    0,
    '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    x'${firstHeader}',
    1296688602
  );
  `,
];
