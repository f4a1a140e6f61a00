"""A model in forms that live without steepest: JSON, a Python file, ONNX."""
