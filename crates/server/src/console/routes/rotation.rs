//! Asking for a change of the keys above the subjects. It is carried out with `tenantry keys`, after a second person approved.

use super::desk::Trouble;
use super::session::{Sent, see_other};
use crate::console::Reply;
use crate::console::forms::RotationForm;
use tenantry_model::time::Date;
use tenantry_register::Reason;
use tenantry_register::rotation::Rotation;

pub(super) async fn ask(sent: Sent<RotationForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at("/console/staff")
        .answer(move |desk| {
            let wrong = |text: &str| Trouble::Wrong(text.to_owned());
            let rotation = match form.month.trim() {
                "" => Rotation::Root,
                month => {
                    let first: Date = format!("{month}-01")
                        .parse()
                        .map_err(|_| wrong("A month is written as 2026-11; leave it empty for the root."))?;
                    let (year, month, _) = first.parts();
                    let epoch = (i32::from(year) - 1970) * 12 + i32::from(month) - 1;
                    let epoch = u32::try_from(epoch).map_err(|_| wrong("There were no keys before 1970."))?;
                    let class = form.class.parse().map_err(|_| wrong("Choose the class of the records."))?;
                    Rotation::Epoch { epoch, class }
                }
            };
            let reason = Reason::parse(&form.reason)
                .map_err(|_| wrong("Say in at least 10 characters why the key is to be changed."))?;
            desk.register().request_rotation(&desk.call_once(once).because(reason), rotation)?;
            Ok(see_other("/console/staff?done=asked-second"))
        })
        .await
}
