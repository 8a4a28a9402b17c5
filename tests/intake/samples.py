"""One filled-in workbook for every layout: every column says something, so that a column nobody keeps is found out."""

import datetime as dt
from decimal import Decimal

from chainlab.sheets import Band, Span
from chainlab.sheets.reading import Blank

Rows = dict[str, list[dict[str, object]]]

DAY = dt.date(2024, 3, 5)


def enterprises() -> Rows:
    return {
        "enterprises": [
            {
                "name": "示例压缩机有限公司",
                "uscc": "91370200MA00000015",
                "short_name": "示例压缩机",
                "former_name": "示例制冷设备厂",
                "region_code": "370211",
                "address": "东区某路 1 号",
                "chain": "链A",
                "segment": "压缩机",
                "role": "supplier",
                "industry_code": "3464",
                "main_products": "冰箱压缩机；变频器",
                "is_above_scale": True,
                "is_specialised": False,
                "is_high_tech": True,
                "stock_code": "600000",
                "revenue_wan": Decimal("125000.5"),
                "data_on": DAY,
                "contact": "联系人甲",
                "phone": "13900000000",
                "remark": "月报",
            },
            {"name": "示例电机有限公司", "region_code": "370212", "is_above_scale": False},
        ]
    }


def chains() -> Rows:
    return {
        "chains": [
            {
                "position": 7,
                "name": "泵阀",
                "name_en": "Pumps and valves",
                "group": "优势",
                "nature": "manufacturing",
                "task_force": "链A专班",
                "lead_department": "牵头部门甲",
                "remark": "新列入",
            }
        ]
    }


def plan_actions() -> Rows:
    return {
        "actions": [
            {
                "chain": "链A",
                "year": 2024,
                "title": "梳理清单，引进压缩机项目",
                "lead_body": "链A专班",
                "support_bodies": "牵头部门甲；东区",
                "due_on": dt.date(2024, 12, 31),
                "target_count": Decimal(3),
                "done_count": Decimal(1),
                "count_unit": "个",
                "progress": "已对接两家",
                "evidence": "纪要",
                "light": "yellow",
                "light_reason": "用地未落实",
                "next_step": "签约",
                "remark": "月报",
            }
        ]
    }


def key_projects() -> Rows:
    return {
        "projects": [
            {
                "code": "2312-370214-04-01-000001",
                "name": "高效压缩机制造项目",
                "chain": "链A",
                "segment": "compressor",
                "link_kind": "fill",
                "region_code": "370211",
                "lead_body": "东区",
                "supervisor_body": "市工业和信息化局",
                "builder": "未登记的建设单位",
                "builder_uscc": "91370200MA00000015",
                "project_type": "制造",
                "nature": "new",
                "duration": "2023—2025",
                "content": "年产压缩机",
                "total_wan": Decimal(123450),
                "year_plan_wan": Decimal(20000),
                "period_on": dt.date(2024, 3, 1),
                "month_done_wan": Decimal(1500),
                "year_done_wan": Decimal(4500),
                "total_done_wan": Decimal(9000),
                "civil_wan": Decimal(3000),
                "equipment_wan": Decimal(1000),
                "land_wan": Decimal(500),
                "funds_in_wan": Decimal(8000),
                "stage": "started",
                "started_on": DAY,
                "planned_completion_on": dt.date(2025, 6, 30),
                "physical_progress": "主体封顶",
                "current_node": "主体",
                "next_node": "设备安装",
                "next_on": dt.date(2024, 9, 30),
                "block_kind": "land",
                "problem": "二期用地",
                "next_step": "六月底前",
                "is_fai_registered": True,
                "fai_registered_on": dt.date(2024, 1, 31),
                "evidence": "施工许可",
                "audit_mark": "已审",
                "contact": "联系人乙",
                "phone": "13900000001",
                "remark": "无异常",
            }
        ]
    }


def leads() -> Rows:
    return {
        "leads": [
            {
                "company": "某某变频技术公司",
                "uscc": "91370200MA00000015",
                "project_name": "变频器生产基地",
                "investor": "某某控股",
                "investor_origin": "浙江嘉兴",
                "is_foreign": False,
                "chain": "链A",
                "segment": "inverter",
                "total_wan": Decimal(50000),
                "intended_wan": Decimal(30000),
                "agreed_wan": Decimal(20000),
                "paid_in_wan": Decimal(1000),
                "registered_capital_wan": Decimal(5000),
                "tax_estimate_wan": Decimal(800),
                "place": "东区某园区",
                "region_code": "370211",
                "source": "以商招商",
                "recommender": "某协会",
                "provider_body": "东区",
                "lead_body": "东区",
                "owner": "招商专员甲",
                "city_instruction": "抓紧对接",
                "bureau_instruction": "每周报",
                "entered_on": DAY,
                "followed_on": dt.date(2024, 3, 20),
                "contact_form": "上门",
                "contact_note": "已参观",
                "review_team": "研判组",
                "review_note": "技术成熟",
                "review_opinion": "推进",
                "importance": "high",
                "stage": "negotiating",
                "signed_on": dt.date(2024, 5, 1),
                "signing_event": "推介会",
                "registered_on": dt.date(2024, 6, 1),
                "is_shared": True,
                "request": "厂房",
                "advantage": "专利",
                "position": "前三",
                "revenue_wan": Decimal(90000),
                "carrier_need": "2 万平方米",
                "land_area_mu": Decimal(50),
                "financing_need": "基金",
                "scenario_need": "场景甲",
                "policy_need": "设备补助",
                "end_reason": "暂不适用说明",
                "end_note": "说明一",
                "return_reason": "说明二",
                "transfer_note": "说明三",
                "remark": "周报",
            }
        ]
    }


def events() -> Rows:
    return {
        "events": [
            {
                "name": "示例显示大会",
                "chain": "链B",
                "kind": "forum",
                "held_on": dt.date(2024, 9, 21),
                "ended_on": dt.date(2024, 9, 22),
                "region_code": "370212",
                "place": "国际会展中心",
                "host": "市工业和信息化局",
                "attendee_count": 120,
                "deal_count": 12,
                "intended_wan": Decimal(350000),
                "agreed_wan": Decimal(120000),
                "sales_wan": Decimal(300),
                "follow_up": "三个项目开工",
                "project_codes": "XM-2024-001",
                "evidence": "通知",
                "remark": "按年",
            }
        ]
    }


def requests() -> Rows:
    return {
        "requests": [
            {
                "enterprise": "链主一有限公司",
                "chain": "链A",
                "region_code": "370211",
                "kind": "land",
                "content": "二期用地指标未落实",
                "channel": "走访",
                "received_on": dt.date(2024, 2, 20),
                "accepted_on": dt.date(2024, 2, 21),
                "handler_body": "责任部门",
                "support_bodies": "东区",
                "due_on": dt.date(2024, 3, 15),
                "process": "已调度",
                "reply": "列入计划",
                "status": "answered",
                "closed_on": dt.date(2024, 3, 10),
                "is_confirmed": True,
                "satisfaction": "fairly",
                "escalation": "task_force",
                "remark": "走访收集",
            }
        ]
    }


def address_list() -> Rows:
    return {
        "people": [
            {
                "name": "新任联络员",
                "account": "new_liaison",
                "body": "东区",
                "body_kind": "district",
                "post": "district_liaison",
                "chain": "链A",
                "region_code": "370211",
                "title": "科长",
                "mobile": "13900000002",
                "phone": "0532-80000000",
                "email": "liaison@example.cn",
                "from_on": DAY,
                "to_on": dt.date(2030, 12, 31),
                "remark": "兼",
            }
        ]
    }


def map_segments() -> Rows:
    return {
        "segments": [
            {
                "chain": "链A",
                "code": "steel",
                "name": "钢板",
                "layer": "upstream",
                "group_name": "金属与化工",
                "order": 1,
                "products": "冷轧板",
                "industry_code": "3130",
                "state": "ample",
                "owner_body": "链A专班",
                "verified_on": DAY,
                "remark": "核实",
            },
            {"chain": "链A", "code": "fridge", "name": "冰箱", "layer": "downstream", "parent": "steel"},
        ],
        "links": [{"source": "steel", "target": "fridge", "label": "箱体", "remark": "主要"}],
        "enterprises": [
            {
                "segment": "fridge",
                "name": "链主一有限公司",
                "role": "core",
                "product": "冰箱",
                "region_code": "370211",
                "source_note": "走访",
                "remark": "在产",
            }
        ],
    }


def teardown() -> Rows:
    return {
        "firms": [
            {"firm_id": "E1", "name": "链主一有限公司", "region_code": "370211", "role": "anchor"},
            {"firm_id": "E2", "name": "外地压缩机有限公司", "region_code": "330400", "role": "supplier"},
        ],
        "parts": [
            {
                "part_id": "P1",
                "name": "冰箱",
                "layer": "product",
            },
            {
                "part_id": "P2",
                "name": "冰箱压缩机",
                "category": "压缩机",
                "segment": "核心零部件",
                "layer": "part",
                "specification": "变频，180 W",
                "substitution_difficulty": 3,
                "remark": "通用",
            },
        ],
        "bom": [{"parent_id": "P1", "child_id": "P2", "quantity": Decimal(1), "unit": "件"}],
        "purchases": [
            {
                "buyer_id": "E1",
                "part_id": "P2",
                "supplier_id": "E2",
                "amount_wan": Band(Decimal(500), Decimal(800)),
                "mode": "bought",
                "plant": "一厂",
                "plant_region_code": "370211",
                "origin_region_code": "330400",
                "is_via_trader": False,
                "is_import": False,
                "import_country": "不适用说明",
                "certification_months": Decimal(9),
                "year": 2023,
                "remark": "含税",
            },
            {"buyer_id": "E1", "part_id": "P2", "amount_wan": Blank.WITHHELD, "mode": "bought", "year": 2023},
            {
                "buyer_id": "E1",
                "part_id": "P2",
                "supplier_id": "E2",
                "amount_wan": Band(Decimal(650), Decimal(650)),
                "mode": "bought",
                "year": 2022,
            },
        ],
        "capabilities": [
            {"firm_id": "E2", "part_id": "P2", "is_qualified": True, "capacity_wan": Decimal(12000), "remark": "年报"}
        ],
    }


def category_answers() -> Rows:
    one = {"firm": "链主一有限公司", "line": "冰箱", "year": 2023}
    return {
        "answers": [
            {
                **one,
                "category": "压缩机",
                "plant": "一厂",
                "make": "bought",
                "amount": Span(Decimal(1000), Decimal(5000)),
                "suppliers": Span(Decimal(2), Decimal(3)),
                "source": "330000",
                "certification": Span(Decimal(7), Decimal(12)),
            },
            {**one, "category": "电机", "make": "group", "amount": Blank.WITHHELD},
            {**one, "category": "芯片", "amount": Span(Decimal(50000), None), "source": "000000"},
        ]
    }


def part_answers() -> Rows:
    one = {"firm": "链主一有限公司", "line": "冰箱"}
    return {
        "answers": [
            {
                **one,
                "part_code": "LJ-1",
                "part": "冰箱压缩机",
                "category": "压缩机",
                "make": "bought",
                "is_supplier_local": False,
                "is_welcome": True,
            },
            {**one, "part": "冰箱电机", "make": Blank.WITHHELD},
        ]
    }


def supplier_mentions() -> Rows:
    one = {"firm": "链主一有限公司", "line": "冰箱"}
    return {
        "suppliers": [
            {**one, "supplier": "外地压缩机有限公司", "category": "压缩机"},
            {**one, "supplier": "配套企业有限公司"},
        ]
    }


def material_purchases() -> Rows:
    return {
        "purchases": [
            {
                "group": "1010",
                "group_name": "压缩机类",
                "line": "冰箱",
                "supplier": "外地压缩机有限公司",
                "supplier_code": "V001",
                "amount": Decimal(6800),
                "currency": "CNY",
                "year": 2023,
                "plant": "一厂",
                "mode": "bought",
            },
            {"group": "1020", "group_name": "电机类", "supplier": "某某电机厂", "amount": Blank.WITHHELD, "year": 2023},
        ]
    }


def part_trees() -> Rows:
    tree = {"tree": "冰箱标准零部件树"}
    return {
        "nodes": [
            {**tree, "level": "1", "part": "冰箱整机", "unit": "台"},
            {**tree, "level": "2", "parent": "冰箱整机", "part": "制冷总成", "quantity": Decimal(1), "segment": "总成"},
            {**tree, "level": "3", "parent": "制冷总成", "part": "旋转压缩机", "category": "压缩机",
             "quantity": Decimal("1.5"), "unit": "个", "segment": "核心零部件"},
        ]
    }  # fmt: skip


def candidates() -> Rows:
    return {
        "candidates": [
            {
                "chain": "链A",
                "company": "外地 推荐有限公司",
                "uscc": "91370200MA00000015",
                "region_code": "330400",
                "kind": "new",
                "capacity_wan": Decimal(12000),
                "certification": "in_progress",
                "certification_months": 9,
                "willingness": "undecided",
                "cost_wan": Decimal(300),
                "origin": "import",
                "origin_name": "行业协会配套名录",
                "origin_on": DAY,
                "note": "协会推荐",
            },
            {"chain": "链A", "company": "外地 产品推荐有限公司", "origin": "product", "origin_name": "平台"},
        ]
    }


def sites() -> Rows:
    return {
        "sites": [
            {
                "name": "示例产业园 3 号厂房",
                "kind": "plant",
                "region_code": "370211",
                "park": "示例产业园",
                "address": "东区某路 3 号",
                "area_m2": Decimal(18000),
                "vacant_m2": Decimal("6000.5"),
                "land_mu": Decimal(30),
                "floor_count": 3,
                "floor_load_kg": 1500,
                "clear_height_m": Decimal("8.1"),
                "rent_yuan": Decimal("18.5"),
                "power_kva": 2000,
                "energy_tce": Decimal(3000),
                "land_use": "m1",
                "available_on": DAY,
                "progress": "building",
                "progress_note": "主体封顶",
                "has_title": False,
                "conditions": "天然气、10 吨行车",
                "as_of": DAY,
            },
            {"name": "示例地块", "kind": "land", "region_code": "370212", "land_mu": Decimal(85)},
        ]
    }


def signings() -> Rows:
    return {
        "signings": [
            {
                "event_code": "HD-1",
                "event": "示例家电展",
                "name": "高效压缩机制造项目",
                "investor": "示例压缩机有限公司",
                "investor_origin": "上海",
                "chain": "链A",
                "region_code": "370211",
                "intended_wan": Decimal(120000),
                "signed_on": DAY,
                "remark": "现场签约",
            },
            {"event": "示例家电展", "name": "电机二期项目", "intended_wan": Decimal(5000)},
        ]
    }


def encounters() -> Rows:
    return {
        "encounters": [
            {
                "event_code": "HD-1",
                "event": "示例家电展",
                "name": "示例压缩机有限公司",
                "place": "上海",
                "note": "拟设区域工厂",
                "body": "东区",
            },
            {"event": "示例家电展", "name": "示例电机有限公司"},
        ]
    }


SAMPLES = {
    one.__name__: one
    for one in (
        chains,
        enterprises,
        plan_actions,
        key_projects,
        leads,
        events,
        requests,
        address_list,
        map_segments,
        teardown,
        category_answers,
        part_answers,
        supplier_mentions,
        material_purchases,
        part_trees,
        sites,
        signings,
        encounters,
        candidates,
    )
}
# What the system itself says about a record and an export adds for the reader; an import does not take it.
WORKED_OUT = {
    "key_projects": {"code", "completion_ratio", "is_started", "is_fai_registered", "first_reporter"},
    "leads": {"code"},
    "signings": {"event_code", "project_code"},
    "encounters": {"event_code", "project_code"},
    "teardown": {"firm_id", "part_id", "buyer_id", "supplier_id", "parent_id", "child_id", "role"},
}
