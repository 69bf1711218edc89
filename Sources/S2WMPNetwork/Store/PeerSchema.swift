import GRDB

/// The tables of `peer.sqlite`, by version.
enum PeerSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      // IDs are 16 bytes. `datetime` is 64 bits, unsigned on the wire: values from 2^63 on are negative here.
      try db.execute(
        sql: """
          CREATE TABLE identity (
            user_id BLOB NOT NULL PRIMARY KEY,
            file TEXT NOT NULL,
            position INTEGER NOT NULL UNIQUE
          ) STRICT;
          CREATE TABLE friend (
            id BLOB NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            public_key BLOB NOT NULL,
            address TEXT,
            status TEXT,
            status_datetime INTEGER NOT NULL,
            received_datetime INTEGER NOT NULL,
            sent_datetime INTEGER NOT NULL,
            knows_us_as BLOB NOT NULL
          ) STRICT;
          CREATE TABLE former_key (
            friend BLOB NOT NULL,
            position INTEGER NOT NULL,
            user_id BLOB NOT NULL,
            new_id BLOB NOT NULL,
            own_id BLOB NOT NULL,
            shared_secret BLOB NOT NULL,
            PRIMARY KEY (friend, position)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE received (
            sender BLOB NOT NULL,
            datetime INTEGER NOT NULL,
            at INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (sender, datetime)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE sent (
            receiver BLOB NOT NULL,
            datetime INTEGER NOT NULL,
            state INTEGER NOT NULL,
            error INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (receiver, datetime)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX sent_waiting ON sent (receiver, datetime) WHERE state = 0;
          CREATE TABLE setting (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2 legacy") { db in
      // Keys of the legacy dialect say nothing about the ID, so the ID stands here and nowhere else.
      try db.execute(
        sql: """
          CREATE TABLE legacy_identity (
            user_id BLOB NOT NULL PRIMARY KEY,
            file TEXT NOT NULL,
            position INTEGER NOT NULL UNIQUE
          ) STRICT;
          ALTER TABLE friend ADD COLUMN legacy_key BLOB;
          """)
    }
    return migrator
  }
}
