-- What the app may do, and no more: the identity it runs as is made a member of this role. It may
-- add postings, but neither change nor delete them, nor touch the schema.

CREATE ROLE miniSmartGridApp;
GO

GRANT SELECT, INSERT ON postings TO miniSmartGridApp;
GRANT SELECT, INSERT ON recordedBatches TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON prosumers TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON reservedAccounts TO miniSmartGridApp;
GRANT SELECT ON schemaMigrations TO miniSmartGridApp;
GO
