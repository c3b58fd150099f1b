-- Whose personal data was erased, and when. What is erased never comes back: name and address are
-- empty from then on, payout address, challenge and what is personal in audit entries are deleted.

ALTER TABLE prosumers ADD erasedAt VARCHAR(20) COLLATE Latin1_General_BIN2 NULL;
GO

ALTER TABLE prosumers ADD CONSTRAINT prosumersErased
  CHECK (erasedAt IS NULL OR (status = 'inactive' AND name = '' AND address = ''));
GO

CREATE INDEX prosumersErasable ON prosumers (gridId, prosumerId)
  WHERE status = 'inactive' AND erasedAt IS NULL;
CREATE INDEX payeesByProsumer ON payees (prosumerId);
GO

GRANT DELETE ON payoutAddresses TO miniSmartGridApp;
GO
