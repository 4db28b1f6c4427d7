-- From here on every session rests on the record of a log-in. Those that were begun before have none, so they end.
DELETE FROM session;

-- References that a reseller's own key gives are that reseller's: they are taken by nobody else's and tell of nobody else's. Accounts
-- asked for before stay among the provider's.
ALTER TABLE account ADD COLUMN referred_by BYTEA;
DROP INDEX account_by_reference;
CREATE UNIQUE INDEX account_by_reference ON account (reference) WHERE referred_by IS NULL;
CREATE UNIQUE INDEX account_by_reference_of ON account (reference, referred_by) WHERE referred_by IS NOT NULL;
