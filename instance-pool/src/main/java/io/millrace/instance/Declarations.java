package io.millrace.instance;

import java.util.List;

/**
 * What a module declares to the outside, as the scan has read it.
 *
 * @param imports none of them granted yet
 */
record Declarations(
    List<ModuleReport.Import> imports,
    List<ModuleReport.Memory> memories,
    List<ModuleReport.Export> exports) {}
