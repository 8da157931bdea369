from django.db import migrations

from agencies.sectors import FIRST_SECTORS


def add_sectors(apps, schema_editor):
    Sector = apps.get_model("agencies", "Sector")
    for bit, code, name in FIRST_SECTORS:
        Sector.objects.get_or_create(code=code, defaults={"bit": bit, "name": name})


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]
    operations = [migrations.RunPython(add_sectors, migrations.RunPython.noop)]
