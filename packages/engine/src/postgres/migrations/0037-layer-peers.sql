-- Where others of its pool take layers from a runner, and the SHA-256 of its certificate; null: nowhere.
alter table engine.runners add column peer_address text, add column peer_certificate text;

-- The runner that gave it, as long as it gives the right bytes.
alter table engine.layers add column giver text;

-- It gave wrong bytes of the layer, so that nobody is led there.
alter table engine.layer_places add column struck boolean not null default false;
