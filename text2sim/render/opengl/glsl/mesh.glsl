in vec3 world;
in vec3 normal;
in vec3 local;
in vec3 colour;
in float rough;
in float depth;

float label;

Surface surface(vec3 ray) {
    vec4 face = face_of(gl_PrimitiveID);
    if (face.w > 0.5 && !gl_FrontFacing) discard;
    label = face.z;
    Surface it = Surface(world, normalize(normal), colour, rough, face.y, depth);
    vec3 view = normalize(world - eye);
    if (dot(it.normal, view) > 0.25) it.normal = -it.normal;  // the back of an open mesh
    int pattern = int(face.x);
    if (pattern > 0) {
        float foot = depth / focal / max(-dot(it.normal, view), 0.25);
        vec2 look = surface_pattern(pattern, local, foot);
        it.colour = mix(it.colour * look.x, vec3(0.42, 0.40, 0.37), look.y);
    }
    return it;
}

vec3 true_normal() {
    return normalize(normal) * (gl_FrontFacing ? 1.0 : -1.0);
}
