-- When a role on an account or an interest in a party ended, and when an account is due to be assessed again because a clock runs out.

ALTER TABLE account_role ADD COLUMN ended_at INTEGER;
ALTER TABLE interest ADD COLUMN ended_at INTEGER;
ALTER TABLE account ADD COLUMN look_again_at INTEGER;
CREATE INDEX account_by_look_again ON account (look_again_at) WHERE look_again_at IS NOT NULL;
