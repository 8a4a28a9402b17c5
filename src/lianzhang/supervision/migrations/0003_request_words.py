"""What a ledger wrote into requests in its own codes is written as the form writes it; 审批 becomes a kind of request."""

from django.db import migrations, models

CHANNELS = {"visit": "走访", "hotline": "热线", "platform": "平台", "meeting": "会议", "other": "其他"}
LEVELS = {
    "none": "",
    "chain": "task_force",
    "deputy": "deputy_chief",
    "chief": "chain_chief",
    "city": "general_chief",
}


def as_the_form_writes(apps, schema_editor):  # noqa: ARG001
    requests = apps.get_model("supervision", "Request").objects
    for field, words in (("channel", CHANNELS), ("escalated_to", LEVELS)):
        for code, word in words.items():
            requests.filter(**{field: code}).update(**{field: word})


class Migration(migrations.Migration):
    dependencies = [("supervision", "0002_task_indexes")]

    operations = [
        migrations.AlterField(
            model_name="request",
            name="kind",
            field=models.CharField(
                choices=[
                    ("land", "用地"),
                    ("finance", "融资"),
                    ("labour", "用工"),
                    ("energy", "用能"),
                    ("approval", "审批"),
                    ("market", "市场"),
                    ("technology", "技术"),
                    ("policy", "政策"),
                    ("logistics", "物流"),
                    ("other", "其他"),
                ],
                default="other",
                max_length=12,
                verbose_name="诉求类型",
            ),
        ),
        migrations.RunPython(as_the_form_writes, migrations.RunPython.noop),
    ]
