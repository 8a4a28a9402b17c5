from django.db import migrations


class Migration(migrations.Migration):
    """The working calendar becomes a room of its own, below every app that counts working days; no row is touched."""

    dependencies = [("supervision", "0004_task_kind")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("CalendarDay", "workdays_calendarday")],
            state_operations=[migrations.DeleteModel("CalendarDay")],
        ),
    ]
