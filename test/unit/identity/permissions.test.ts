import { expect, test } from "bun:test";
import { lackedBy, listed, PERMISSIONS, ROLES, rightsOf } from "../../../src/identity/permissions.ts";

test("rights are those of the role and what stands beside it", () => {
  expect(rightsOf("administrator")).toEqual(new Set(PERMISSIONS));
  expect(rightsOf("guest")).toEqual(new Set());
  expect(rightsOf("viewer", ["Device_rw", "Device_r"])).toEqual(
    new Set(["Device_r", "Device_rw", "Media_r", "Storage_r", "System_r"]),
  );
});

test("each role holds what the next lower one does", () => {
  for (const [index, role] of ROLES.slice(1).entries()) {
    expect(lackedBy(rightsOf(ROLES[index] ?? "guest"), rightsOf(role))).toBeUndefined();
  }
  expect(lackedBy(rightsOf("viewer"), rightsOf("operator"))).toBe("Device_rw");
});

test("permissions are listed in one order, each once", () => {
  expect(listed(["Media_r", "Device_r", "Media_r"])).toEqual(["Device_r", "Media_r"]);
});
