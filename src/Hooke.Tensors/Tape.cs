namespace Hooke.Tensors;

/// <summary>Records operations while it is active, and replays them backwards for gradients.</summary>
/// <remarks>
/// A tape is active on the thread that made it until it is disposed. Only what depends on a watched tensor is recorded,
/// so freezing the weights costs nothing. What is written to the tape stays in memory until the tape is disposed.
/// </remarks>
public sealed class Tape : IDisposable
{
    [ThreadStatic] static Tape? _current;

    readonly Tape? _outer = _current;
    readonly List<Step> _steps = [];
    readonly List<Tensor> _kept = [];
    readonly List<Variable> _watched = [];
    bool _disposed;

    /// <summary>Starts recording on this thread.</summary>
    public Tape() => _current = this;

    /// <summary>Follows a tensor: gradients with respect to it, and to all that is computed from it, can be had.</summary>
    public void Watch(Tensor tensor) => _watched.Add(tensor.Variable = new Variable(this));

    /// <summary>
    /// ∂⟨y, seed⟩/∂t for each tensor t asked for, of t's shape; zeros where y does not depend on t.
    /// </summary>
    /// <param name="y">What is differentiated; any shape.</param>
    /// <param name="seed">The weight of each element of y, of y's shape; null means ones.</param>
    /// <param name="of">Tensors that are watched, or were computed from watched ones while this tape was active.</param>
    /// <exception cref="ArgumentException">A tensor asked for is not on this tape, or the seed has another shape.</exception>
    /// <exception cref="ObjectDisposedException">The tape is disposed.</exception>
    public Tensor[] Gradients(Tensor y, Tensor? seed, params ReadOnlySpan<Tensor> of) => Gradients(y, seed, of, []);

    /// <summary>The same, with some tensors held to be constants: no gradient goes on through them.</summary>
    /// <param name="y">What is differentiated; any shape.</param>
    /// <param name="seed">The weight of each element of y, of y's shape; null means ones.</param>
    /// <param name="of">Tensors that are watched, or were computed from watched ones while this tape was active.</param>
    /// <param name="constant">Tensors on this tape that gradients reach and do not pass.</param>
    public Tensor[] Gradients(Tensor y, Tensor? seed, ReadOnlySpan<Tensor> of, ReadOnlySpan<Tensor> constant)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Dictionary<Variable, Tensor> wanted = [];
        foreach (Tensor tensor in of)
            wanted.TryAdd(VariableOf(tensor), null!);
        if (seed is not null && !seed.Shape.Equals(y.Shape))
            throw new ArgumentException($"the seed has shape {seed.Shape}, what is differentiated {y.Shape}");
        if (y.Variable is { } root && root.Tape == this)
        {
            root.Gradient = seed is null ? Ones(y.Shape) : seed.Clone();
            HashSet<Variable> held = [];
            foreach (Tensor tensor in constant)
                held.Add(VariableOf(tensor));
            Replay(wanted, held);
        }
        Tensor[] gradients = new Tensor[of.Length];
        for (int i = 0; i < of.Length; i++)
            gradients[i] = Shaped(wanted[of[i].Variable!], of[i].Shape);
        foreach (Tensor? gradient in wanted.Values)
            gradient?.Dispose();
        return gradients;
    }

    /// <summary>Stops recording and gives back all that was kept.</summary>
    public void Dispose()
    {
        _disposed = true;
        while (_current is { _disposed: true } ended) // an outer tape may end before an inner one
            _current = ended._outer;
        foreach (Tensor tensor in _kept)
            tensor.Dispose();
        _kept.Clear();
        _steps.Clear();
    }

    /// <summary>The active tape if any of the inputs is followed by it, else null: nothing need be recorded.</summary>
    internal static Tape? For(params ReadOnlySpan<Tensor?> inputs)
    {
        if (_current is { } tape)
            foreach (Tensor? input in inputs)
                if (input is not null && tape.Follows(input))
                    return tape;
        return null;
    }

    /// <summary>Whether the tape active on this thread follows the tensor.</summary>
    internal static bool IsFollowing(Tensor tensor) => _current?.Follows(tensor) ?? false;

    /// <summary>Whether a gradient with respect to the tensor is of use.</summary>
    internal bool Follows(Tensor tensor) => tensor.Variable?.Tape == this;

    /// <summary>A handle that lives as long as the tape, for use when going backwards.</summary>
    internal Tensor Keep(Tensor tensor)
    {
        Tensor kept = tensor.Share();
        _kept.Add(kept);
        return kept;
    }

    /// <summary>Writes down how an output's gradient is handed on to the inputs.</summary>
    internal void Record(Tensor output, Action<Tensor> backward)
    {
        output.Variable = new Variable(this);
        _steps.Add(new Step(output.Variable, output.Shape, backward));
    }

    /// <summary>Adds to an input's gradient; takes the tensor over.</summary>
    internal static void Accumulate(Tensor input, Tensor gradient)
    {
        Variable variable = input.Variable!;
        if (variable.Gradient is not { } sum)
        {
            variable.Gradient = gradient;
            return;
        }
        // One gradient may be handed to several inputs: what is shared is not written to.
        variable.Gradient = sum.IsShared ? Tensor.Uninitialized(sum.Shape) : sum;
        Backend.Current.Add(sum, gradient, variable.Gradient);
        gradient.Dispose();
        if (variable.Gradient != sum)
            sum.Dispose();
    }

    static Tensor Ones(Shape shape)
    {
        Tensor ones = Tensor.Uninitialized(shape);
        ones.Data.Fill(1);
        return ones;
    }

    static Tensor Shaped(Tensor? gradient, Shape shape) =>
        gradient is null ? Tensor.Zeros(shape) : gradient.Reshape(shape.Sizes);

    Variable VariableOf(Tensor tensor) => tensor.Variable is { } variable && variable.Tape == this
        ? variable
        : throw new ArgumentException(
            $"no gradient with respect to a tensor {tensor.Shape} that is not on this tape: watch it first");

    void Replay(Dictionary<Variable, Tensor> wanted, HashSet<Variable> held)
    {
        Tape? active = _current;
        _current = null; // going backwards is not itself recorded
        try
        {
            for (int i = _steps.Count - 1; i >= 0; i--)
            {
                (Variable output, Shape shape, Action<Tensor> backward) = _steps[i];
                if (output.Gradient is not { } flat)
                    continue;
                using Tensor gradient = flat.Reshape(shape.Sizes);
                if (!held.Contains(output))
                    backward(gradient);
                Take(output, wanted);
            }
            foreach (Variable leaf in _watched)
                Take(leaf, wanted);
        }
        finally
        {
            _current = active;
        }
    }

    static void Take(Variable variable, Dictionary<Variable, Tensor> wanted)
    {
        if (variable.Gradient is not { } gradient)
            return;
        variable.Gradient = null;
        if (wanted.ContainsKey(variable))
            wanted[variable] = gradient;
        else
            gradient.Dispose();
    }

    /// <summary>A value on a tape; reshaped tensors share it.</summary>
    internal sealed class Variable(Tape tape)
    {
        public Tape Tape { get; } = tape;

        public Tensor? Gradient { get; set; }
    }

    readonly record struct Step(Variable Output, Shape Shape, Action<Tensor> Backward);
}
