-- What the connection of a prosumer carries, in watts, and what it may sell, and buy, ahead for one
-- timeframe, in Wh. Null: no limit is known; what its grid says.

ALTER TABLE prosumers ADD connectionLimitW INT NULL;
ALTER TABLE prosumers ADD aheadEnergyWhMax INT NULL;
GO

ALTER TABLE prosumers ADD CONSTRAINT prosumersConnectionLimits
  CHECK (connectionLimitW BETWEEN 1 AND 100000000);
ALTER TABLE prosumers ADD CONSTRAINT prosumersAheadLimits
  CHECK (aheadEnergyWhMax BETWEEN 0 AND 1000000000);
GO
