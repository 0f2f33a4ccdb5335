from django.db import migrations

from collective.timetable import guards


class Migration(migrations.Migration):
    dependencies = [("collective", "0002_calendars")]

    operations = [migrations.RunPython(guards.install, guards.remove)]
