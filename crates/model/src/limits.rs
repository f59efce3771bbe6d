//! Every cap in one place: what comes from outside is refused, cut or counted above these.

/// Text of one page that is evaluated; the rest is cut at a character and the cut is recorded.
pub const PAGE_TEXT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Text typed into one field that is evaluated.
pub const TYPED_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Text of a window of another program that is read at once; the rest is not read and the cut is recorded.
pub const WINDOW_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Text of one message of a conversation; the rest is cut and the cut is recorded.
pub const MESSAGE_TEXT_BYTES_MAX: usize = 8 * 1024;
/// Messages of one observation; a browser sends more as several observations.
pub const MESSAGES_MAX: usize = 100;
/// Text of all messages of one observation.
pub const MESSAGES_BYTES_MAX: usize = 96 * 1024;
/// Name of an author, a channel or a window, and a time as a page writes it.
pub const MESSAGE_NAME_BYTES_MAX: usize = 200;
/// Messages of one conversation that a device holds in memory as context.
pub const CONTEXT_MESSAGES_MAX: usize = 120;
/// Text of those messages.
pub const CONTEXT_BYTES_MAX: usize = 48 * 1024;
/// Conversations that a device holds context of; the one longest without a message goes first.
pub const CONTEXTS_MAX: usize = 64;
/// Hours after which a message is no longer context.
pub const CONTEXT_HOURS_MAX: i64 = 72;
/// Messages kept each side of one that a finding rests on, so that it is fair to read.
pub const NEIGHBOURS_MAX: u32 = 2;
/// A message longer than this is not kept merely as a neighbour.
pub const NEIGHBOUR_BYTES_MAX: usize = 2 * 1024;
/// A page title.
pub const TITLE_BYTES_MAX: usize = 1024;
/// Text typed in a search field before a page of results was opened.
pub const SEARCH_TYPED_BYTES_MAX: usize = 1024;
/// Entries of one list of sites.
pub const SITE_LIST_ENTRIES_MAX: usize = 8_000_000;
/// A line of a list of sites as it is imported.
pub const SITE_LIST_LINE_BYTES_MAX: usize = 4096;
/// A file of sites as it is imported.
pub const SITE_LIST_IMPORT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// One list of sites in its compact form: a million entries have about 12 MiB.
pub const SITE_LIST_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A part of a list of sites as a device fetches it.
pub const SITE_LIST_PART_BYTES: usize = 1024 * 1024;
/// Questions about hash sets that a device may ask in a minute.
pub const HASH_SET_ASKS_PER_MINUTE: u32 = 120;
/// Where a list of sites comes from, its licence: words of one line.
pub const SITE_LIST_WORDS_BYTES_MAX: usize = 500;
/// An address.
pub const URL_BYTES_MAX: usize = 8 * 1024;
/// One native message from a browser (the browser's own limit to the host is larger).
pub const NATIVE_MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// One piece of an observation that is sent in parts.
pub const NATIVE_PART_BYTES_MAX: usize = 512 * 1024;
/// Parts that one observation may have: room for a picture of [`PICTURE_SENT_BYTES_MAX`] in base64.
pub const NATIVE_PARTS_MAX: usize = 24;
/// Bytes of one picture that a browser sends; a longer one is told of without them.
pub const PICTURE_SENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of a file in a folder of which at least digests are made; a longer one is only counted.
pub const FILE_DIGESTED_BYTES_MAX: u64 = 16 * 1024 * 1024 * 1024;
/// The word for a type of file.
pub const FILE_TYPE_BYTES_MAX: usize = 16;
/// Bytes of a picture's file that are sealed with a finding; a bigger one is not kept, and the finding says so.
pub const PICTURE_KEPT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of the picture of a window that is sealed as context of a finding; a bigger one is not kept, and the record says so.
pub const CONTEXT_PICTURE_BYTES_MAX: usize = 1024 * 1024;
/// Minutes within which a window is pictured once at most.
pub const CONTEXT_PICTURE_MINUTES: i64 = 10;
/// Records about pictures of windows that a device makes within an hour, those that say why there is no picture included.
pub const CONTEXT_PICTURES_AN_HOUR_MAX: usize = 12;
/// Milliseconds after which a window is pictured no more for a finding: it may show something else.
pub const CONTEXT_PICTURE_AFTER_MS_MAX: u64 = 10_000;
/// Two pictures look alike up to this PDQ distance, of 256 (the reference's advice).
pub const PDQ_DISTANCE_MAX: u32 = 31;
/// A PDQ hash of lower quality stands for many pictures, such as plain areas, and is not compared (the reference's advice: 49
/// and less is dropped).
pub const PDQ_QUALITY_MIN: u8 = 50;
/// Pictures of one site that a device remembers as figures, to tell one picture from many.
pub const PICTURES_REMEMBERED_MAX: usize = 64;
/// Minutes after which it forgets one, and the longest time within which a rule counts pictures together.
pub const PICTURE_MINUTES_MAX: u16 = 15;
/// Sites that it remembers pictures of; the one longest without one goes first.
pub const PICTURE_SITES_MAX: usize = 64;
/// Look-ups of one picture that a record holds.
pub const PICTURE_LISTED_MAX: usize = 64;
/// Name of an element or a file type, as a fact about a picture gives it.
pub const PICTURE_WORD_BYTES_MAX: usize = 64;
/// One record in its envelope: room for a picture of [`PICTURE_KEPT_BYTES_MAX`] in base64.
pub const RECORD_BYTES_MAX: usize = 3584 * 1024;
/// Records in one batch.
pub const BATCH_RECORDS_MAX: usize = 256;
/// One batch on the wire.
pub const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Any other request body on the device port.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// A form posted to the console.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// The spool on a device; a full spool stops capture and is a gap, never a silent loss.
pub const SPOOL_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// An order file.
pub const ORDER_BYTES_MAX: usize = 1024 * 1024;
/// A name, reference or paragraph number in an order.
pub const ORDER_NAME_BYTES_MAX: usize = 200;
/// The court's words of one condition, or a force's legal basis.
pub const ORDER_TEXT_BYTES_MAX: usize = 16 * 1024;
/// One word or phrase that a rule looks for.
pub const TERM_BYTES_MAX: usize = 200;
/// Words within which another word is near a term, at most.
pub const NEAR_WORDS_MAX: u16 = 50;
/// Bytes beyond which another word is not near a term, however few words lie between.
pub const NEAR_BYTES_MAX: usize = 1024;
/// Words that one term's context names.
pub const CONTEXT_TERMS_MAX: usize = 200;
/// A force's own list of words, as a file to import.
pub const PACK_IMPORT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entries of such a list.
pub const PACK_IMPORT_TERMS_MAX: usize = 100_000;
/// A host name (RFC 1035).
pub const HOST_BYTES_MAX: usize = 253;
/// Conditions in one order.
pub const CONDITIONS_MAX: usize = 64;
/// Proxies that the helper in the person's session tells of at once.
pub const PROXIES_MAX: usize = 256;
/// People with whom one condition prohibits contact.
pub const CONTACTS_MAX: usize = 100;
/// Accounts, e-mail addresses or telephone numbers of one of them.
pub const CONTACT_IDENTIFIERS_MAX: usize = 50;
/// Terms in one policy.
pub const TERMS_MAX: usize = 200_000;
/// A signed policy on the wire.
pub const POLICY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Text kept each side of a span when a finding is sealed, so that the passage is fair to read.
pub const SURROUNDINGS_BYTES: usize = 400;
/// Spans that one finding keeps; more are counted.
pub const SPANS_MAX: usize = 64;
/// Bytes of a page, from its beginning, that a model of words reads.
pub const SCORED_BYTES_MAX: u64 = 256 * 1024;
/// Passages whose scores one finding rests on.
pub const SCORED_PASSAGES_MAX: usize = 8;
/// References to children, and words of each innocent setting, that one finding shows.
pub const BESIDE_SPANS_MAX: usize = 6;
/// An evidence bundle that the verifier opens.
pub const BUNDLE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// A file within a bundle.
pub const BUNDLE_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Files within a bundle.
pub const BUNDLE_FILES_MAX: usize = 200_000;
/// Wrong enrolment codes from one address in ten minutes before it must wait.
pub const ENROL_TRIES_MAX: u32 = 10;
/// How long an enrolment code lives, in minutes.
pub const ENROL_CODE_MINUTES: i64 = 30;
/// How long a request nonce lives, in seconds.
pub const NONCE_SECONDS: i64 = 300;
/// Seconds without a pulse from a browser extension before its silence is a gap.
pub const PULSE_SECONDS_MAX: i64 = 60;

/// Longest statement of a supervised person, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 4 * 1024;

/// Days of which a reading of a browser's history counts the entries.
pub const HISTORY_DAYS_MAX: usize = 100;
/// Hours of which it counts them.
pub const HISTORY_HOURS_MAX: usize = 48;
/// Longest history of a browser that is copied to be read, and longest log beside it, in bytes.
pub const HISTORY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Profiles of browsers whose histories are read on one device.
pub const HISTORY_PROFILES_MAX: usize = 64;
/// Longest name of a browser, and longest folder of a profile, that is told, in bytes.
pub const HISTORY_NAME_BYTES_MAX: usize = 400;
