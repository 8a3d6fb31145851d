-- Step 1: an empty vault, version 1. Until 0.1.0 is tagged this step may still be edited in place.
-- Every blob is sealed or random; docs/FORMAT.md says how each is made.

-- The vault itself: exactly one row.
CREATE TABLE vault (
    -- Always 1: a second row cannot exist.
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- The vault's random name; salt of all key derivations under the root.
    vault_id BLOB NOT NULL CHECK (length(vault_id) = 16),
    -- The sealed state: revision, count, running total, digests of the slots.
    state BLOB NOT NULL
) STRICT;

-- Keyslots: each one way to open the vault.
CREATE TABLE slot (
    -- The slot's random name.
    slot_id BLOB PRIMARY KEY NOT NULL CHECK (length(slot_id) = 16),
    -- 1: a passphrase.
    kind INTEGER NOT NULL,
    -- Argon2id memory in KiB.
    memory_kib INTEGER NOT NULL,
    -- Argon2id passes.
    passes INTEGER NOT NULL,
    -- Argon2id lanes.
    lanes INTEGER NOT NULL,
    -- Argon2id salt.
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    -- HMAC under the second half of the derived bytes: tells a wrong passphrase from a changed slot.
    check_value BLOB NOT NULL CHECK (length(check_value) = 16),
    -- The age file whose plaintext is the root's identity file.
    wrapped BLOB NOT NULL,
    -- SHA-256 over all of the above: tells an accident from a wrong passphrase.
    checksum BLOB NOT NULL CHECK (length(checksum) = 32)
) STRICT;

-- Records: what lists and searches need.
CREATE TABLE record (
    -- The number of the record's handle: 1 is r1. Never given twice.
    handle INTEGER PRIMARY KEY CHECK (handle > 0),
    -- The record's random name, to which its blobs are bound.
    record_id BLOB NOT NULL UNIQUE CHECK (length(record_id) = 16),
    -- The vault's revision that wrote this row.
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- SHA-256 of sealed.age of the same handle, to which the summary is bound.
    sealed_sha256 BLOB NOT NULL CHECK (length(sealed_sha256) = 32),
    -- Everything but the digits, sealed.
    summary BLOB NOT NULL,
    -- Keyed token of the device's name; NULL where it is not known.
    device_token BLOB CHECK (length(device_token) = 16),
    -- Keyed token of the volume type.
    volume_type_token BLOB NOT NULL CHECK (length(volume_type_token) = 16),
    -- Keyed token of the whole Key ID; NULL where it is not known.
    key_id_token BLOB CHECK (length(key_id_token) = 16),
    -- Keyed token of the Key ID's first eight characters; NULL where fewer are known.
    prefix_token BLOB CHECK (length(prefix_token) = 16),
    -- The same with look-alike characters folded.
    folded_prefix_token BLOB CHECK (length(folded_prefix_token) = 16),
    -- Keyed token of the digits.
    digits_token BLOB NOT NULL CHECK (length(digits_token) = 16)
) STRICT;

CREATE INDEX record_by_device ON record (device_token);
CREATE INDEX record_by_volume_type ON record (volume_type_token);
CREATE INDEX record_by_key_id ON record (key_id_token);
CREATE INDEX record_by_prefix ON record (prefix_token);
CREATE INDEX record_by_folded_prefix ON record (folded_prefix_token);
CREATE INDEX record_by_digits ON record (digits_token);

-- The sealed records, apart from what lists read.
CREATE TABLE sealed (
    -- The record's handle number.
    handle INTEGER PRIMARY KEY REFERENCES record (handle),
    -- An age file to the root recipient: the whole record as JSON.
    age BLOB NOT NULL
) STRICT;

-- What is kept beside the records: attachments, the register of copies, the journal of imports.
CREATE TABLE item (
    -- Its number: never given twice.
    number INTEGER PRIMARY KEY CHECK (number > 0),
    -- The item's random name, to which its blobs are bound.
    item_id BLOB NOT NULL UNIQUE CHECK (length(item_id) = 16),
    -- The vault's revision that wrote this row.
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- SHA-256 of content.age of the same number, to which the summary is bound; of nothing where there is none.
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    -- What is known of it, sealed.
    summary BLOB NOT NULL
) STRICT;

-- The bytes of attachments.
CREATE TABLE content (
    -- The item's number.
    number INTEGER PRIMARY KEY REFERENCES item (number),
    -- An age file to the root recipient: the attachment as it was.
    age BLOB NOT NULL
) STRICT;
