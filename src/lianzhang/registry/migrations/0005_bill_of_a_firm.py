from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_standing_grants_and_standard_tree")]

    operations = [
        migrations.AlterField(
            model_name="bomline",
            name="firm",
            field=models.ForeignKey(
                on_delete=models.deletion.PROTECT, related_name="bom_lines", to="registry.enterprise"
            ),
        ),
    ]
