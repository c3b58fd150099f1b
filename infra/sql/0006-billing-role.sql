-- What the app may do with what is billed: only challenges, which are used up, may it delete.

GRANT SELECT, INSERT, UPDATE ON accountLines TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON ledgerPeriods TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON invoiceChanges TO miniSmartGridApp;
GRANT SELECT, INSERT ON billingRuns TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON billingDocuments TO miniSmartGridApp;
GRANT SELECT, INSERT ON billingAccounts TO miniSmartGridApp;
GRANT SELECT, INSERT ON billingLines TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON invoices TO miniSmartGridApp;
GRANT SELECT, INSERT ON invoiceEvents TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON payments TO miniSmartGridApp;
GRANT SELECT, INSERT ON walletIndexes TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON walletCursors TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON payees TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON payouts TO miniSmartGridApp;
GRANT SELECT, INSERT ON payoutCoins TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE ON payoutAddresses TO miniSmartGridApp;
GRANT SELECT, INSERT, UPDATE, DELETE ON addressChallenges TO miniSmartGridApp;
GO
