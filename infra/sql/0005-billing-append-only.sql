-- What is billed, and what is given away for good, is never changed or deleted, whoever asks.

CREATE TRIGGER billingRunsAppendOnly ON billingRuns AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Final runs are only ever added: what comes later is in the next one.', 1;
END
GO

CREATE TRIGGER billingAccountsAppendOnly ON billingAccounts AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Accounts of final runs are only ever added.', 1;
END
GO

CREATE TRIGGER billingLinesAppendOnly ON billingLines AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Lines of final runs are only ever added.', 1;
END
GO

CREATE TRIGGER invoiceEventsAppendOnly ON invoiceEvents AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Events of invoices are only ever added.', 1;
END
GO

CREATE TRIGGER walletIndexesAppendOnly ON walletIndexes AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'An index of a wallet belongs to its purpose for good.', 1;
END
GO

CREATE TRIGGER payoutCoinsAppendOnly ON payoutCoins AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'A coin belongs to its payout for good.', 1;
END
GO
