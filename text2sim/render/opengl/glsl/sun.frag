void main() {
    if (face_of(gl_PrimitiveID).w > 0.5 && !gl_FrontFacing) discard;
}
