from tests.support.suite import Suite
from deploy.demo.door import Door
import time

async def test_it(suite: Suite, door: Door):
    print(suite.told["portal"], await suite.value("catalog","select count(*) from study_group"))
    print(await suite.depths())
    person = await door.person("teacher-0001")
    print(await person.get("/session"))
    t=time.time(); print(suite.kill("enrollment"), await suite.recovered())
    print(await suite.cut_connections(), await suite.recovered(), await suite.quiet())
    print(suite.kill_broker(), await suite.recovered(), await suite.quiet())
    suite.pause_database(); suite.resume_database()
