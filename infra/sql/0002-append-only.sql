-- What is recorded is never changed or deleted, whoever asks.

CREATE TRIGGER postingsAppendOnly ON postings AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Postings are only ever added: a correction is a posting of its own.', 1;
END
GO

CREATE TRIGGER recordedBatchesAppendOnly ON recordedBatches AFTER UPDATE, DELETE AS
BEGIN
  THROW 50003, 'Recorded batches are only ever added.', 1;
END
GO
