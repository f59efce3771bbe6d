//! Rows that came in a record of a case.

use proviso_model::ids::CaseId;

use crate::context_picture::ContextPictureRow;
use crate::opened::{FindingRow, StatementRow};
use crate::privilege::PrivilegeRow;
use crate::record::RecordRow;

/// A row that came in a record of a case.
pub trait OfRecord: Sync {
    /// The case.
    fn of_case(&self) -> CaseId;
    /// The hash of the record.
    fn of_record(&self) -> &[u8; 32];
}

macro_rules! of_record {
    ($($row:ty: $record:ident),+ $(,)?) => {
        $(impl OfRecord for $row {
            fn of_case(&self) -> CaseId {
                self.case
            }

            fn of_record(&self) -> &[u8; 32] {
                &self.$record
            }
        })+
    };
}
of_record!(
    FindingRow: record,
    StatementRow: record,
    ContextPictureRow: record,
    PrivilegeRow: record,
    RecordRow: hash,
);
