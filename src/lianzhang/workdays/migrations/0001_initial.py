from django.db import migrations, models


class Migration(migrations.Migration):
    """The city's own days move here from supervision; supervision 0005 hands the table over with its rows."""

    initial = True

    dependencies = [("supervision", "0005_calendar_moves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="CalendarDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="版本")),
                        ("day", models.DateField(unique=True, verbose_name="日期")),
                        ("is_working", models.BooleanField(verbose_name="工作日")),
                        ("note", models.CharField(blank=True, max_length=120, verbose_name="依据")),
                    ],
                    options={"verbose_name": "工作日调整", "ordering": ("day",)},
                ),
            ],
        ),
    ]
