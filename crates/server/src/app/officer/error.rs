//! What an officer's act can say instead of an answer.

use proviso_model::ids::CaseId;
use proviso_store::StoreError;

use crate::app::force::ForceError;

/// Why an act was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such thing, or not for this officer: the same answer, so that nobody learns of others' cases.
    #[error("there is no such thing among your cases")]
    NotFound,
    /// The officer has declared that they know the person, or it was declared for them.
    #[error("a conflict of interest is declared between you and this case")]
    Barred,
    /// The officer's role does not include this at all.
    #[error("your role does not include this")]
    NotYourRole,
    /// It cannot be done in the state that things are in.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too many tries; wait.
    #[error("too many tries; wait ten minutes and try again")]
    TooManyTries,
    /// The user name or the password is wrong: one answer for both.
    #[error("the user name or the password is wrong")]
    WrongNameOrPassword,
    /// The code of the officer's phone is wrong, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// The passkey was not accepted: one answer for whatever is wrong with it.
    #[error("the passkey was not accepted")]
    PasskeyRefused,
    /// The officer has passkeys, and the password alone is not enough.
    #[error("this needs a passkey")]
    PasskeyAsked,
    /// The force's provider did not vouch for anybody, or could not be asked.
    #[error("signing in at the force's provider did not work")]
    ProviderRefused,
    /// It vouched for somebody whom no administrator linked to an officer.
    #[error("this account of the provider is linked to no officer")]
    NotLinked,
    /// The officer must show again who they are, for what is asked is disclosure.
    #[error("confirm first that it is you")]
    ConfirmFirst,
    /// The case is another officer's, and this one has not said why they open it.
    #[error("say first why you open a case that is not yours")]
    SayWhy(CaseId),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that should hold did not, for example a sealed value that cannot be opened.
    #[error("{0}")]
    Broken(String),
}

impl ActError {
    /// What stopped an act that is shared with the command line. A person reads `refused` where it does not go with how things are.
    pub(super) fn of_force(error: ForceError, refused: &'static str) -> Self {
        match error {
            ForceError::Store(error) => Self::Store(error),
            ForceError::Act(error) => error,
            ForceError::Late(error) => error.into(),
            ForceError::Refused(_) => Self::Conflict(refused),
            other => Self::Broken(other.to_string()),
        }
    }
}
