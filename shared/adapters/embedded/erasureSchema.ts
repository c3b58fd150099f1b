/** Of Prosumer Info: whose personal data was erased, and when. What is erased never comes back. */
export const erasureSchema = `
  ALTER TABLE prosumers ADD COLUMN erasedAt TEXT
    CHECK (erasedAt IS NULL OR (status = 'inactive' AND name = '' AND address = ''));
  CREATE TRIGGER prosumersErasedForGood BEFORE UPDATE ON prosumers
  WHEN OLD.erasedAt IS NOT NULL AND NEW.erasedAt IS NOT OLD.erasedAt
  BEGIN SELECT RAISE(ABORT, 'what is erased stays erased'); END;
  CREATE INDEX prosumersErasable ON prosumers (gridId, prosumerId)
    WHERE status = 'inactive' AND erasedAt IS NULL;
  CREATE INDEX payeesByProsumer ON payees (prosumerId);
`;

/** The same trigger, only where it is about: not on each of the updates that add to the sums. */
export const erasedForGoodSchema = `
  DROP TRIGGER prosumersErasedForGood;
  CREATE TRIGGER prosumersErasedForGood BEFORE UPDATE OF erasedAt ON prosumers
  WHEN OLD.erasedAt IS NOT NULL AND NEW.erasedAt IS NOT OLD.erasedAt
  BEGIN SELECT RAISE(ABORT, 'what is erased stays erased'); END;
`;
