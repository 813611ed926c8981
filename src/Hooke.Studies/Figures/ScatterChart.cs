namespace Hooke.Studies;

/// <summary>Things with two numbers each to be drawn as dots: such as dictionaries, by L0 and FVU.</summary>
/// <param name="Name">What is drawn.</param>
/// <param name="XAxis">What the first number is.</param>
/// <param name="YAxis">What the second number is.</param>
/// <param name="Points">The things.</param>
public sealed record ScatterChart(string Name, string XAxis, string YAxis, IReadOnlyList<ScatterPoint> Points);

/// <summary>A thing with two numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="X">Its first number.</param>
/// <param name="Y">Its second number.</param>
public sealed record ScatterPoint(string Name, Spread X, Spread Y);

/// <summary>A number and its interval, whose ends are NaN where there is none.</summary>
/// <param name="Value">The number.</param>
/// <param name="Low">The low end.</param>
/// <param name="High">The high end.</param>
public readonly record struct Spread(double Value, double Low, double High);
