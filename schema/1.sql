-- Step 1: an empty vault, version 1. Until 0.1.0 is tagged this step may still be edited in place.
-- Every blob is sealed or random; docs/FORMAT.md says how each is made. Comments stand above the statements: SQLite keeps
-- the text of a statement, and that text is compared, so that a word inside one would be frozen.

-- The vault itself: exactly one row.
--   one            Always 1: a second row cannot exist.
--   vault_id       The vault's random name; salt of all key derivations under the root.
--   state          The sealed state: revision, count, running totals, digests of the slots.
CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id BLOB NOT NULL CHECK (length(vault_id) = 16),
    state BLOB NOT NULL
) STRICT;

-- Keyslots: each one way to open the vault.
--   slot_id        The slot's random name.
--   kind           1: a passphrase; 2: a kit; 3: a recipient of another kind; 4: reserved.
--   memory_kib     Argon2id memory in KiB; 0 where nothing is derived.
--   passes         Argon2id passes; 0 likewise.
--   lanes          Argon2id lanes; 0 likewise.
--   salt           Argon2id salt; random in a slot of any kind.
--   check_value    Tells a wrong passphrase or kit from a changed slot; zeros where there is no secret to make it of.
--   wrapped        The age file whose plaintext is the root's identity file.
--   checksum       SHA-256 over all of the above: tells an accident from a wrong passphrase.
CREATE TABLE slot (
    slot_id BLOB PRIMARY KEY NOT NULL CHECK (length(slot_id) = 16),
    kind INTEGER NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    check_value BLOB NOT NULL CHECK (length(check_value) = 16),
    wrapped BLOB NOT NULL,
    checksum BLOB NOT NULL CHECK (length(checksum) = 32)
) STRICT;

-- Records: what lists and searches need.
--   handle         The number of the record's handle: 1 is r1. Never given twice.
--   record_id      The record's random name, to which its blobs are bound.
--   revision       The vault's revision that wrote this row.
--   sealed_sha256  SHA-256 of sealed.age of the same handle, to which the summary is bound.
--   summary        Everything but the digits, sealed.
--   device_token         Keyed token of the device's name; NULL where it is not known.
--   device_type_token    Keyed token of the device's name and the volume type together; NULL where no name is known.
--   key_id_token         Keyed token of the whole Key ID; NULL where it is not known.
--   prefix_token         Keyed token of the Key ID's first eight characters; NULL where fewer are known.
--   folded_prefix_token  The same with look-alike characters folded.
--   digits_token         Keyed token of the kind and the digits.
CREATE TABLE record (
    handle INTEGER PRIMARY KEY CHECK (handle > 0),
    record_id BLOB NOT NULL UNIQUE CHECK (length(record_id) = 16),
    revision INTEGER NOT NULL CHECK (revision > 0),
    sealed_sha256 BLOB NOT NULL CHECK (length(sealed_sha256) = 32),
    summary BLOB NOT NULL,
    device_token BLOB CHECK (length(device_token) = 16),
    device_type_token BLOB CHECK (length(device_type_token) = 16),
    key_id_token BLOB CHECK (length(key_id_token) = 16),
    prefix_token BLOB CHECK (length(prefix_token) = 16),
    folded_prefix_token BLOB CHECK (length(folded_prefix_token) = 16),
    digits_token BLOB NOT NULL CHECK (length(digits_token) = 16)
) STRICT;

CREATE INDEX record_by_device ON record (device_token);
CREATE INDEX record_by_device_type ON record (device_type_token);
CREATE INDEX record_by_key_id ON record (key_id_token);
CREATE INDEX record_by_prefix ON record (prefix_token);
CREATE INDEX record_by_folded_prefix ON record (folded_prefix_token);
CREATE INDEX record_by_digits ON record (digits_token);

-- The sealed records, apart from what lists read.
--   handle         The record's handle number.
--   age            An age file to the root recipient: the whole record as JSON.
CREATE TABLE sealed (
    handle INTEGER PRIMARY KEY REFERENCES record (handle),
    age BLOB NOT NULL
) STRICT;

-- What is kept beside the records: attachments, the register of copies, the journal of imports.
--   number         Its number: never given twice.
--   item_id        The item's random name, to which its blobs are bound.
--   revision       The vault's revision that wrote this row.
--   content_sha256 SHA-256 of content.age of the same number, to which the summary is bound; of nothing where there is none.
--   summary        What is known of it, sealed.
CREATE TABLE item (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    item_id BLOB NOT NULL UNIQUE CHECK (length(item_id) = 16),
    revision INTEGER NOT NULL CHECK (revision > 0),
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    summary BLOB NOT NULL
) STRICT;

-- The bytes of attachments.
--   number         The item's number.
--   age            An age file to the root recipient: the attachment as it was.
CREATE TABLE content (
    number INTEGER PRIMARY KEY REFERENCES item (number),
    age BLOB NOT NULL
) STRICT;
