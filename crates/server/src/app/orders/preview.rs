//! What would be watched under an order and what not, by kind of device, in the words of the report of suitability; and what that
//! captures, in the words of the person's own notice.

use proviso_engine::CompileInputs;
use proviso_engine::notice::{capture_ever, watched};
use proviso_engine::suitability::{Device, Display, Form, SuitabilityReport, System, suitability};
use proviso_model::Order;

use crate::app::AppContext;
use crate::app::device::policy;
use crate::app::force::ForceError;
use crate::app::in_use::InUse;

/// What a preview says.
#[derive(Debug, Clone)]
pub struct Preview {
    /// For each kind of device, as it is called, what the report says.
    pub devices: Vec<(&'static str, SuitabilityReport)>,
    /// What devices would look at, as the notice says it to the person.
    pub captured: Vec<&'static str>,
}

/// Kinds of device that a person may have, the best watched first.
fn kinds() -> [(&'static str, Form, System, Display); 5] {
    [
        ("Linux computer, X11", Form::Computer, System::Linux, Display::X11),
        ("Linux computer, Wayland", Form::Computer, System::Linux, Display::Wayland),
        ("Windows, macOS or ChromeOS", Form::Computer, System::Windows, Display::Unknown),
        ("Phone or tablet", Form::Phone, System::Android, Display::Unknown),
        ("Games console, television, other", Form::Other, System::Other, Display::Unknown),
    ]
}

/// Looks ahead. A computer is taken to have Chromium and Firefox, and an account of the person's own.
///
/// # Errors
/// [`ForceError`].
pub async fn preview(ctx: &AppContext, order: &Order) -> Result<Preview, ForceError> {
    let mut devices = Vec::new();
    for (name, form, system, display) in kinds() {
        let device = Device {
            make: String::new(),
            model: name.to_owned(),
            form,
            system,
            version: String::new(),
            display,
            browsers: vec!["chromium".to_owned(), "firefox".to_owned()],
            own_account: true,
            used_by_others: false,
        };
        let report = suitability(order, &device).map_err(|error| ForceError::Refused(error.to_string()))?;
        devices.push((name, report));
    }
    let policy = policy::compile(&InUse::now(ctx).await?, order, CompileInputs::offline());
    let captured = policy.map_or_else(|_| Vec::new(), |policy| watched(&capture_ever(&policy)));
    Ok(Preview { devices, captured })
}
