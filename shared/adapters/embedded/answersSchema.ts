/** Of Prosumer Info: what requests with an Idempotency-Key were answered. */
export const answersSchema = `
  CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    requestHash TEXT NOT NULL,
    assignedId TEXT NOT NULL,
    expiresAt TEXT NOT NULL,
    status INTEGER,
    headers TEXT,
    body TEXT
  ) STRICT;
  CREATE INDEX answersByExpiry ON answers (expiresAt);
`;
