"""The database itself refuses to change or remove what the ledger says."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'ledger entries and seals cannot be changed'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'ledger entries and seals cannot be removed'); END;
"""

FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'ledger entries and seals cannot be changed or removed'; END;
$$ LANGUAGE plpgsql;
"""

POSTGRES = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""

TABLES = ("ledger_entry", "ledger_seal")


def add_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        for table in TABLES:
            schema_editor.execute(POSTGRES.format(table=table))
        return
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            for statement in SQLITE.format(table=table).split("END;"):
                if statement.strip():
                    cursor.execute(statement + "END;")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(add_triggers, migrations.RunPython.noop, elidable=False)]
