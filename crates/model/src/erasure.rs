//! Erasures: what is to be destroyed because its time is over, in batches that a second person approves.

use crate::words::words;

words! {
    /// Where a batch of erasures stands.
    pub enum ErasureState as "state of an erasure" {
        /// Listed for everybody to see; nobody has asked for it yet.
        Scheduled = "scheduled",
        /// Asked for; waits for a second person.
        AwaitingSecond = "awaiting_second",
        /// Approved; carried out once its days of grace are over.
        Approved = "approved",
        /// The intent is recorded and keys are being destroyed.
        UnderWay = "under_way",
        /// Everything that was not held is destroyed.
        Done = "done",
    }
}

words! {
    /// What became of one key of a batch.
    pub enum ErasureFate as "fate of an item of an erasure" {
        /// Not yet carried out.
        Scheduled = "scheduled",
        /// Kept, because a hold covers it.
        Held = "held",
        /// Kept, because it is no longer due.
        NotDue = "not_due",
        /// Destroyed.
        Erased = "erased",
    }
}

words! {
    /// What a key protects records about.
    pub enum ErasureObject as "object of an erasure" {
        /// An account.
        Account = "account",
        /// A party.
        Party = "party",
        /// Legal process.
        Order = "order",
        /// A special measure.
        Measure = "measure",
        /// A hold.
        Hold = "hold",
        /// A disclosure.
        Disclosure = "disclosure",
        /// A member of staff.
        Staff = "staff",
    }
}
