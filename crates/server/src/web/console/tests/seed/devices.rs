//! What happened to the devices of the seeded force.

use proviso_model::ids::DeviceNoticeId;
use proviso_store::{DeviceNoticeKind, NewDeviceNotice};

use super::Seed;

impl Seed {
    /// Tells of two records under number 41.
    pub async fn fork(&mut self) -> DeviceNoticeId {
        let notice = NewDeviceNotice {
            device: self.device,
            kind: DeviceNoticeKind::Fork,
            at: self.ctx.now(),
            epoch: Some(0),
            seq: Some(41),
            mark: self.previous,
        };
        self.ctx.store.device_notice_add(notice).await.expect("told");
        let listed = self.ctx.store.device_notice_list(Some(self.case), None, true).await.expect("read");
        listed.first().expect("a notice").id
    }
}
