"""Two districts that do not exist, with reports as real ones publish them, and figures that conflict."""

from __future__ import annotations

from bot.corpus.model import Document
from tests.knowledge import NORTH, SOUTH, document

NORTH_REPORT = """# 一、2020年工作回顾
## (一)经济运行
2020年,全区地区生产总值增长3.2%,一般公共预算收入48亿元,固定资产投资完成310亿元。
规模以上工业企业达到260家,社会消费品零售总额增长1.9%。
## (二)对外开放
全年实际使用外资2.1亿美元,合同外资9.5亿美元。进出口总额增长4.4%。
## (三)科技创新
高新技术企业总数达到410家,研发经费支出占地区生产总值比重3.1%。
## (四)民生保障
新增学位3200个,建成养老服务中心12个。新增就业岗位1.8万个。
# 二、存在的问题
产业结构不够优,创新能力有待提升,交通拥堵仍然突出。
# 三、2021年工作安排
2021年,全区预期目标是地区生产总值增长7.5%左右,固定资产投资增长12%左右。
## (一)招商引资
全年引进重大项目60个,新增上市企业3家。
## (二)城市更新
拆除旧房25万平方米,改造老旧小区18个。
## (三)民生
新增学位5000个,新建公园6个。
"""

NORTH_REVIEW = """# 2021年北岭区经济运行
2021年,北岭区预计地区生产总值增长6.8%,规模以上工业总产值达到900亿元。
港口吞吐量达到3000万吨,~~弱化数据后港口吞吐量翻番~~,位居全市第2位。
软件园集聚软件企业超过120家,成为软件产业的主要载体。
"""

SOUTH_REPORT = """# 一、2020年工作回顾
2020年,全区地区生产总值增长5.6%,一般公共预算收入33亿元,固定资产投资完成205亿元。
全年实际使用外资1.4亿美元,合同外资6.6亿美元。进出口总额增长2.7%。
高新技术企业总数达到230家,新增学位1500个。
# 二、存在的问题
财政收支矛盾突出,文化设施存在短板。
# 三、2021年工作安排
2021年,全区预期目标是地区生产总值增长8%左右,固定资产投资增长9%左右。
全年引进重大项目45个,改造老旧小区11个,新建公园4个。
"""


def districts() -> tuple[Document, ...]:
    """A report of each district, and an article on the one that does not agree with its report."""
    report = {"kind": "work-report", "publisher": "区人民政府"}
    return (
        document(
            NORTH_REPORT,
            id="north",
            title="2021年临江市北岭区政府工作报告",
            place=NORTH,
            date="2021-02-01",
            **report,
        ),
        document(
            NORTH_REVIEW,
            id="review",
            title="北岭区经济回顾",
            place=NORTH,
            date="2022-01-20",
            caution="转载稿,数据未注明来源。",
        ),
        document(
            SOUTH_REPORT,
            id="south",
            title="2021年临江市南浦区政府工作报告",
            place=SOUTH,
            date="2021-02-03",
            **report,
        ),
    )
