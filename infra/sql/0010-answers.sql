-- Prosumer Info: what requests with an Idempotency-Key were answered, beside what they made. Kept
-- for 48 hours; it is no record of anything, so that the app may delete it.

CREATE TABLE answers (
  -- The SHA-256 of the key: a key may be longer than an index takes.
  answerId VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  requestHash VARCHAR(64) COLLATE Latin1_General_BIN2 NOT NULL,
  assignedId VARCHAR(63) COLLATE Latin1_General_BIN2 NOT NULL,
  expiresAt VARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL,
  status INT NULL,
  headers NVARCHAR(MAX) NULL,
  body NVARCHAR(MAX) NULL,
  CONSTRAINT answersKey PRIMARY KEY (answerId)
);

CREATE INDEX answersByExpiry ON answers (expiresAt);
GO

GRANT SELECT, INSERT, UPDATE, DELETE ON answers TO miniSmartGridApp;
GO
